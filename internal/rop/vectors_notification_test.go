package rop_test

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// Ids of the notification vectors.
var (
	folder      = oid(0x10D)
	otherFolder = oid(0x10E)
	parent      = oid(0x10B)
	message     = oid(0x10042)
	otherMsg    = oid(0x10055)
)

func notify(d rop.NotificationData) *rop.NotifyResponse {
	return &rop.NotifyResponse{NotificationHandle: 0x15, NotificationData: d}
}

var notificationVectors = []vector{
	{source: "2.2.14.1.1: one folder", hex: "29 00 01 02 7800 00 010000000000010D 0000000000000000",
		req: &rop.RegisterNotificationRequest{InOut: inOut(0, 1, 2), NotificationTypes: 0x78, FolderID: folder}},
	{source: "2.2.14.1.1: whole store", hex: "29 00 01 02 0201 01",
		req: &rop.RegisterNotificationRequest{InOut: inOut(0, 1, 2), NotificationTypes: 0x102, WantWholeStore: true}},
	{source: "2.2.14.1.1: extended", hex: "29 00 01 02 0204 09 01",
		req: &rop.RegisterNotificationRequest{InOut: inOut(0, 1, 2), NotificationTypes: 0x402, Reserved: 9, WantWholeStore: true}},
	{source: "2.2.14.1.2", hex: "29 02 00000000", resp: &rop.RegisterNotificationResponse{ResponseHead: ok(2)}},

	{source: "P1: new mail, ASCII class", hex: "2a 15000000 00 0280 010000000000010d 0100000000010042 04000000 00 49504d2e4e6f746500",
		resp: notify(rop.NotificationData{NotificationFlags: 0x8002, FolderID: folder, MessageID: message, MessageFlags: 4, MessageClass: "IPM.Note"})},
	{source: "P2: new mail, Unicode class",
		hex: "2a 15000000 00 0280 010000000000010d 0100000000010042 04000000 01 490050004d002e004e006f00740065000000",
		resp: notify(rop.NotificationData{NotificationFlags: 0x8002, FolderID: folder, MessageID: message, MessageFlags: 4, UnicodeFlag: true,
			MessageClass: "IPM.Note"})},
	{source: "P3: message created", hex: "2a15000000000480010000000000010d010000000001004202001f0037004000060e",
		resp: notify(rop.NotificationData{NotificationFlags: 0x8004, FolderID: folder, MessageID: message, Tags: []mapi.PropTag{0x0037001F, 0x0E060040}})},
	{source: "P4: folder created", hex: "2a15000000000400010000000000010d010000000000010b0000",
		resp: notify(rop.NotificationData{NotificationFlags: 0x0004, FolderID: folder, ParentFolderID: parent})},
	{source: "P5: message deleted", hex: "2a15000000000880010000000000010d0100000000010042",
		resp: notify(rop.NotificationData{NotificationFlags: 0x8008, FolderID: folder, MessageID: message})},
	{source: "P6: message deleted from a search folder", hex: "2a150000000008c0010000000000010d0100000000010042010000000000010b",
		resp: notify(rop.NotificationData{NotificationFlags: 0xC008, FolderID: folder, MessageID: message, ParentFolderID: parent})},
	{source: "P7: folder modified, counts", hex: "2a15000000001030010000000000010d00000c00000003000000",
		resp: notify(rop.NotificationData{NotificationFlags: 0x3010, FolderID: folder, TotalMessageCount: 12, UnreadMessageCount: 3})},
	{source: "OXCNOTIF 2.2.1.4.1.2: no list of tags", hex: "2a15000000001000010000000000010dffff",
		resp:      notify(rop.NotificationData{NotificationFlags: 0x0010, FolderID: folder}),
		encodesAs: "2a15000000001000010000000000010d0000"},
	{source: "P8: message moved", hex: "2a15000000002080010000000000010e0100000000010055010000000000010d0100000000010042",
		resp: notify(rop.NotificationData{NotificationFlags: 0x8020, FolderID: otherFolder, MessageID: otherMsg, OldFolderID: folder, OldMessageID: message})},
	{source: "P9: folder moved", hex: "2a15000000002000010000000000010d010000000000010b010000000000010d010000000000010e",
		resp: notify(rop.NotificationData{NotificationFlags: 0x0020, FolderID: folder, ParentFolderID: parent, OldFolderID: folder,
			OldParentFolderID: otherFolder})},
	{source: "P10: search completed", hex: "2a15000000008000010000000000010d",
		resp: notify(rop.NotificationData{NotificationFlags: 0x0080, FolderID: folder})},
	{source: "P11: hierarchy table changed", hex: "2a150000000000010100",
		resp: notify(rop.NotificationData{NotificationFlags: 0x0100, TableEventType: 1})},
	{source: "P12: contents table changed", hex: "2a150000000000810100",
		resp: notify(rop.NotificationData{NotificationFlags: 0x8100, TableEventType: 1})},
	{source: "P13: first row of a contents table",
		hex: "2a 15000000 00 0081 0300 010000000000010d 0100000000010042 00000000 0000000000000000 0000000000000000 00000000 0f00 000100000000010042480069000000",
		resp: notify(rop.NotificationData{NotificationFlags: 0x8100, TableEventType: 3, TableRowFolderID: folder, TableRowMessageID: message,
			TableRowData: []byte{0, 1, 0, 0, 0, 0, 1, 0, 0x42, 'H', 0, 'i', 0, 0, 0}})},
	{source: "P14: row of a hierarchy table", hex: "2a1500000000 0001 0300 010000000000010d 010000000000010e 1100 00010000000000010d4e00650077000000",
		resp: notify(rop.NotificationData{NotificationFlags: 0x0100, TableEventType: 3, TableRowFolderID: folder, InsertAfterTableRowFolderID: otherFolder,
			TableRowData: []byte{0, 1, 0, 0, 0, 0, 0, 1, 0x0D, 'N', 0, 'e', 0, 'w', 0, 0, 0}})},
	{source: "P15: row left a contents table", hex: "2a150000000000810400010000000000010d010000000001004200000000",
		resp: notify(rop.NotificationData{NotificationFlags: 0x8100, TableEventType: 4, TableRowFolderID: folder, TableRowMessageID: message})},
	{source: "P16: row left a hierarchy table", hex: "2a150000000000010400010000000000010d",
		resp: notify(rop.NotificationData{NotificationFlags: 0x0100, TableEventType: 4, TableRowFolderID: folder})},
	{source: "P17", hex: "6e 0201", resp: &rop.PendingResponse{SessionIndex: 0x0102}},

	{source: "2.2.15.1.1: a request and a handle left", hex: "FF 0080 16 00 00 10000000",
		resp: &rop.BufferTooSmallResponse{SizeNeeded: 0x8000, RequestBuffers: []byte{0x16, 0, 0, 0x10, 0, 0, 0}}},
	{source: "2.2.15.2.1", hex: "F9 03 E8030000 01 15 D0070000 0200 AABB",
		resp: &rop.BackoffResponse{LogonID: 3, Duration: 1000, BackoffRops: []rop.BackoffRop{{RopIDBackoff: rop.QueryRows, Duration: 2000}},
			AdditionalData: []byte{0xAA, 0xBB}}},
	{source: "2.2.15.3.1", hex: "01 00 02", req: &rop.ReleaseRequest{In: in(0, 2)}},
}
