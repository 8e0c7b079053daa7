package rop_test

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

var (
	replGUID    = mapi.GUID{0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F}
	mailboxGUID = mapi.GUID{0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F}
)

const (
	replHex    = "101112131415161718191A1B1C1D1E1F "
	mailboxHex = "404142434445464748494A4B4C4D4E4F "
)

var storeVectors = []vector{
	{source: "B22: private, 0100040C",
		hex: "FE 00 00 01 0C040001 00000000 1F00 2F6F3D4C2F6F753D452F636E3D526563697069656E74732F636E3D626F6200",
		req: &rop.LogonRequest{LogonFlags: 1, OpenFlags: 0x0100040C, Essdn: "/o=L/ou=E/cn=Recipients/cn=bob"}},
	{source: "public, without a DN, 2.2.3.1.1",
		hex: "FE 01 02 00 06040000 00000000 0000",
		req: &rop.LogonRequest{Out: rop.Out{LogonID: 1, OutputHandleIndex: 2}, OpenFlags: 0x406}},
	{source: "DN without its terminator",
		hex:       "FE 00 00 01 00000000 00000000 0200 2F6F",
		req:       &rop.LogonRequest{LogonFlags: 1, Essdn: "/o"},
		encodesAs: "FE 00 00 01 00000000 00000000 0300 2F6F00"},
	{source: "B23: private, 166 bytes",
		hex: "FE 00 00000000 01 | 0100000000000001 0100000000000002 0100000000000003 0100000000000004 0100000000000005 " +
			"0100000000000006 0100000000000007 0100000000000008 0100000000000009 010000000000000A 010000000000000B " +
			"010000000000000C 010000000000000D | 07 " + mailboxHex + "0100 " + replHex + "06 34 10 01 1E 06 D307 | 0000000000000000 00000000",
		resp: &rop.LogonResponse{LogonFlags: 1, FolderIDs: [13]mapi.ID{oid(1), oid(2), oid(3), oid(4), oid(5), oid(6), oid(7), oid(8),
			oid(9), oid(10), oid(11), oid(12), oid(13)}, ResponseFlags: 7, MailboxGUID: mailboxGUID, ReplID: 1, ReplGUID: replGUID,
			LogonTime: rop.LogonTime{Seconds: 6, Minutes: 52, Hour: 16, DayOfWeek: 1, Day: 30, Month: 6, Year: 2003}}},
	{source: "public, 2.2.3.1.3",
		hex: "FE 02 00000000 00 | 0100000000000001 0100000000000002 0100000000000003 0000000000000000 0000000000000000 " +
			"0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 " +
			"0000000000000000 0000000000000000 | 0100 " + replHex + mailboxHex,
		resp: &rop.LogonResponse{ResponseHead: ok(2), FolderIDs: [13]mapi.ID{oid(1), oid(2), oid(3)}, ReplID: 1, ReplGUID: replGUID,
			PerUserGUID: mailboxGUID}},
	{source: "B24: redirect",
		hex: "FE 00 78040000 01 2C 2F6F3D4C2F6F753D452F636E3D436F6E66696775726174696F6E2F636E3D536572766572732F636E3D533200",
		resp: &rop.LogonResponse{ResponseHead: fail(0, mapi.ErrWrongServer), LogonFlags: 1,
			ServerName: "/o=L/ou=E/cn=Configuration/cn=Servers/cn=S2"}},
	{source: "refused, 2.2.3.1.5", hex: "FE 00 11010480", resp: &rop.LogonResponse{ResponseHead: fail(0, mapi.ErrLoginFailure)}},

	{source: "2.2.3.2.1", hex: "27 00 01 49504D2E4E6F746500", req: &rop.GetReceiveFolderRequest{In: in(0, 1), MessageClass: "IPM.Note"}},
	{source: "2.2.3.2.2", hex: "27 01 00000000 0100000000000005 49504D00",
		resp: &rop.GetReceiveFolderResponse{ResponseHead: ok(1), FolderID: oid(5), ExplicitMessageClass: "IPM"}},
	{source: "2.2.3.3.1", hex: "26 00 01 010000000000000D 49504D2E5800",
		req: &rop.SetReceiveFolderRequest{In: in(0, 1), FolderID: oid(13), MessageClass: "IPM.X"}},
	{source: "2.2.3.3.2", hex: "26 01 00000000", resp: &rop.SetReceiveFolderResponse{ResponseHead: ok(1)}},
	{source: "2.2.3.4.1", hex: "68 00 01", req: &rop.GetReceiveFolderTableRequest{In: in(0, 1)}},
	{source: "2.2.3.4.2", hex: "68 01 00000000 02000000 | 00 0100000000000005 00 0080E1F5B01AD001 | 01 00 0100000000000001 00 49504300 0A 0F010480",
		resp: &rop.GetReceiveFolderTableResponse{ResponseHead: ok(1), Rows: []prop.Row{
			{Values: []prop.Value{prop.ID(oid(5)), prop.String8(""), prop.Time(0x01D01AB0F5E18000)}},
			{Values: []prop.Value{prop.ID(oid(1)), prop.String8("IPC"), prop.Error(mapi.ErrNotFound)}}}}},
	{source: "2.2.3.5.1", hex: "7B 00 01", req: &rop.GetStoreStateRequest{In: in(0, 1)}},
	{source: "2.2.3.5.2", hex: "7B 01 00000000 00000001", resp: &rop.GetStoreStateResponse{ResponseHead: ok(1), StoreState: 0x01000000}},
	{source: "2.2.3.6.1", hex: "42 01 00 010000000000000D", req: &rop.GetOwningServersRequest{In: in(1, 0), FolderID: oid(13)}},
	{source: "2.2.3.6.2", hex: "42 00 00000000 0200 0100 533100 533200",
		resp: &rop.GetOwningServersResponse{Owners: rop.GhostInfo{CheapServerCount: 1, Servers: []string{"S1", "S2"}}}},
	{source: "2.2.3.7.1", hex: "45 01 00 010000000000000D", req: &rop.PublicFolderIsGhostedRequest{In: in(1, 0), FolderID: oid(13)}},
	{source: "2.2.3.7.2: no", hex: "45 00 00000000 00", resp: &rop.PublicFolderIsGhostedResponse{}},
	{source: "2.2.3.7.2: yes", hex: "45 00 00000000 01 0100 0000 533100",
		resp: &rop.PublicFolderIsGhostedResponse{Ghosted: &rop.GhostInfo{Servers: []string{"S1"}}}},
	{source: "2.2.3.8.1", hex: "43 00 01 010000000000000D", req: &rop.LongTermIdFromIdRequest{In: in(0, 1), ObjectID: oid(13)}},
	{source: "2.2.3.8.2, id of B1", hex: "43 01 00000000 " + replHex + "00000000000D 0000",
		resp: &rop.LongTermIdFromIdResponse{ResponseHead: ok(1), LongTermID: prop.LongTermID{DatabaseGUID: replGUID, GlobalCounter: 13}}},
	{source: "2.2.3.9.1, id of B1", hex: "44 00 01 " + replHex + "00000000000D 0000",
		req: &rop.IdFromLongTermIdRequest{In: in(0, 1), LongTermID: prop.LongTermID{DatabaseGUID: replGUID, GlobalCounter: 13}}},
	{source: "2.2.3.9.2", hex: "44 01 00000000 010000000000000D", resp: &rop.IdFromLongTermIdResponse{ResponseHead: ok(1), ObjectID: oid(13)}},
	{source: "2.2.3.10.1", hex: "60 00 01 " + replHex, req: &rop.GetPerUserLongTermIdsRequest{In: in(0, 1), DatabaseGUID: replGUID}},
	{source: "2.2.3.10.2", hex: "60 01 00000000 0200 | " + replHex + "00000000000D 0000 | " + mailboxHex + "000000010000 0000",
		resp: &rop.GetPerUserLongTermIdsResponse{ResponseHead: ok(1), LongTermIDs: []prop.LongTermID{
			{DatabaseGUID: replGUID, GlobalCounter: 13}, {DatabaseGUID: mailboxGUID, GlobalCounter: 0x10000}}}},
	{source: "2.2.3.11.1", hex: "61 00 01 " + replHex + "00000000000D 0000",
		req: &rop.GetPerUserGuidRequest{In: in(0, 1), LongTermID: prop.LongTermID{DatabaseGUID: replGUID, GlobalCounter: 13}}},
	{source: "2.2.3.11.2", hex: "61 01 00000000 " + mailboxHex, resp: &rop.GetPerUserGuidResponse{ResponseHead: ok(1), DatabaseGUID: mailboxGUID}},
	{source: "2.2.3.12.1", hex: "63 00 01 " + replHex + "00000000000D 0000 | 00 00100000 0080",
		req: &rop.ReadPerUserInformationRequest{In: in(0, 1), FolderID: prop.LongTermID{DatabaseGUID: replGUID, GlobalCounter: 13},
			DataOffset: 0x1000, MaxDataSize: 0x8000}},
	{source: "2.2.3.12.2", hex: "63 01 00000000 01 0300 AABBCC",
		resp: &rop.ReadPerUserInformationResponse{ResponseHead: ok(1), HasFinished: true, Data: []byte{0xAA, 0xBB, 0xCC}}},
	{source: "2.2.3.13.1: first piece on a private logon", hex: "64 00 01 " + replHex + "00000000000D 0000 | 00 00000000 0200 AABB | " + mailboxHex,
		req: &rop.WritePerUserInformationRequest{In: in(0, 1), FolderID: prop.LongTermID{DatabaseGUID: replGUID, GlobalCounter: 13},
			Data: []byte{0xAA, 0xBB}, ReplGUID: &mailboxGUID}},
	{source: "2.2.3.13.1: later piece", hex: "64 00 01 " + replHex + "00000000000D 0000 | 01 02000000 0100 CC",
		req: &rop.WritePerUserInformationRequest{In: in(0, 1), FolderID: prop.LongTermID{DatabaseGUID: replGUID, GlobalCounter: 13},
			HasFinished: true, DataOffset: 2, Data: []byte{0xCC}}},
	{source: "2.2.3.13.1: first piece on a public logon", hex: "64 01 01 " + replHex + "00000000000D 0000 | 01 00000000 0100 CC",
		req: &rop.WritePerUserInformationRequest{In: in(1, 1), FolderID: prop.LongTermID{DatabaseGUID: replGUID, GlobalCounter: 13},
			HasFinished: true, Data: []byte{0xCC}}},
	{source: "2.2.3.13.2", hex: "64 01 00000000", resp: &rop.WritePerUserInformationResponse{ResponseHead: ok(1)}},
}
