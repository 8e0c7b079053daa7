package rop_test

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

var smtpColumns = []mapi.PropTag{0x39FE001F}

// alX is the recipient of B12 and B13: Al, a@x, SMTP.
var alX = rop.RecipientRow{
	RecipientFlags: rop.RecipientTypeSMTP | rop.RecipientHasEmailAddress | rop.RecipientHasDisplayName | rop.RecipientSameName | rop.RecipientUnicode,
	EmailAddress:   "a@x", DisplayName: "Al", Properties: prop.Row{Values: []prop.Value{prop.String("a@x")}},
}

const alXHex = "5B02 6100400078000000 41006C000000 0100 00 6100400078000000 "

// openedHi is the message of B12.
var openedHi = rop.OpenedMessage{
	SubjectPrefix: prop.TypedString{Type: prop.StringEmpty}, NormalizedSubject: prop.TypedString{Type: prop.StringUnicode, Text: "Hi"},
	RecipientCount: 1, RecipientColumns: smtpColumns,
	RecipientRows: []rop.OpenRecipientRow{{RecipientType: 1, CodePageID: 0x0FFF, RecipientRow: alX}},
}

const openedHiHex = "00 01 04 480069000000 0100 0100 1F00FE39 01 | 01 FF0F 0000 1B00 " + alXHex

var clientData = rop.ClientData{0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F, 0, 0, 0, 0, 0, 0x0D}

var messageVectors = []vector{
	{source: "2.2.6.1.1", hex: "03 00 01 02 FF0F 0100000000000005 03 010000000000004A",
		req: &rop.OpenMessageRequest{InOut: inOut(0, 1, 2), CodePageID: 0x0FFF, FolderID: oid(5), OpenModeFlags: 3, MessageID: oid(0x4A)}},
	{source: "B12", hex: "03 01 00000000 " + openedHiHex,
		resp: &rop.OpenMessageResponse{ResponseHead: ok(1), OpenedMessage: openedHi}},
	{source: "2.2.6.1.2: 8-bit subject, reduced prefix, no recipients", hex: "03 01 00000000 01 03 52453A2000 02 E400 0000 0000 00",
		resp: &rop.OpenMessageResponse{ResponseHead: ok(1), OpenedMessage: rop.OpenedMessage{HasNamedProperties: true,
			SubjectPrefix:     prop.TypedString{Type: prop.StringReduced, Text: "RE: "},
			NormalizedSubject: prop.TypedString{Type: prop.String8Bit, Text: "\xE4"}}}},
	{source: "2.2.6.2.1", hex: "06 00 01 02 FF0F 0100000000000005 01",
		req: &rop.CreateMessageRequest{InOut: inOut(0, 1, 2), CodePageID: 0x0FFF, FolderID: oid(5), AssociatedFlag: true}},
	{source: "2.2.6.2.2: no id yet", hex: "06 02 00000000 00", resp: &rop.CreateMessageResponse{ResponseHead: ok(2)}},
	{source: "2.2.6.2.2: with an id", hex: "06 02 00000000 01 010000000000004A",
		resp: &rop.CreateMessageResponse{ResponseHead: ok(2), MessageID: new(oid(0x4A))}},
	{source: "2.2.6.3.1", hex: "0C 00 03 02 0A", req: &rop.SaveChangesMessageRequest{RespIn: respIn(0, 3, 2), SaveFlags: 0x0A}},
	{source: "2.2.6.3.2", hex: "0C 03 00000000 02 010000000000004A",
		resp: &rop.SaveChangesMessageResponse{ResponseHead: ok(3), InputHandleIndex: 2, MessageID: oid(0x4A)}},
	{source: "2.2.6.4.1", hex: "0D 00 02 00000000", req: &rop.RemoveAllRecipientsRequest{In: in(0, 2)}},
	{source: "2.2.6.4.2", hex: "0D 02 00000000", resp: &rop.RemoveAllRecipientsResponse{ResponseHead: ok(2)}},
	{source: "B11: a user, a one-off, one removed",
		hex: "0E 00 02 0300 0300FE0F 03000039 1F00FE39 0300 | 00000000 01 5400 5106 00 00 2F6F3D4C2F6F753D452F636E3D526563697069656E74732F636E3D626F6200 " +
			"42006F0062000000 62006F0062000000 0300 00 06000000 00000000 62006F00620040006C002E0074006500730074000000 | " +
			"01000000 02 2C00 5B02 6100400078002E0074006500730074000000 41006C000000 0300 01 00 06000000 00 00000000 0A 0F010480 | 02000000 01 0000",
		req: &rop.ModifyRecipientsRequest{In: in(0, 2), RecipientColumns: []mapi.PropTag{0x0FFE0003, 0x39000003, 0x39FE001F},
			RecipientRows: []rop.ModifyRecipientRow{
				{RowID: 0, RecipientType: 1, RecipientRow: &rop.RecipientRow{
					RecipientFlags: rop.RecipientTypeX500 | rop.RecipientHasDisplayName | rop.RecipientSameName | rop.RecipientUnicode | rop.RecipientHasSimpleName,
					X500DN:         "/o=L/ou=E/cn=Recipients/cn=bob", DisplayName: "Bob", SimpleDisplayName: "bob",
					Properties: prop.Row{Values: []prop.Value{prop.Int32(6), prop.Int32(0), prop.String("bob@l.test")}}}},
				{RowID: 1, RecipientType: 2, RecipientRow: &rop.RecipientRow{RecipientFlags: 0x025B, EmailAddress: "a@x.test", DisplayName: "Al",
					Properties: prop.Row{Values: []prop.Value{prop.Int32(6), prop.Int32(0), notFound}}}},
				{RowID: 2, RecipientType: 1}}}},
	{source: "2.2.6.5.1: a personal list, and a type of its own with fewer columns and 8-bit texts",
		hex: "0E 00 02 0200 0300FE0F 03000039 0200 | 00000000 01 1200 0600 0200 AABB 0100 CC 0200 01 00 08000000 01 | " +
			"01000000 03 1C00 2880 464158 00 313233 00 542E 00 0100 00 06000000 0000000000000000",
		req: &rop.ModifyRecipientsRequest{In: in(0, 2), RecipientColumns: []mapi.PropTag{0x0FFE0003, 0x39000003},
			RecipientRows: []rop.ModifyRecipientRow{
				{RecipientType: 1, RecipientRow: &rop.RecipientRow{RecipientFlags: rop.RecipientTypePersonalDL1, EntryID: []byte{0xAA, 0xBB},
					SearchKey: []byte{0xCC}, Properties: prop.Row{Values: []prop.Value{prop.Int32(8), {}}}}},
				{RowID: 1, RecipientType: 3, RecipientRow: &rop.RecipientRow{
					RecipientFlags: rop.RecipientOtherAddressType | rop.RecipientHasEmailAddress | rop.RecipientHasTransmittableName,
					AddressType:    "FAX", EmailAddress: "123", TransmittableDisplayName: "T.",
					Properties: prop.Row{Values: []prop.Value{prop.Int32(6)}}}}}},
		// Bytes behind a row, within its size, do not count.
		encodesAs: "0E 00 02 0200 0300FE0F 03000039 0200 | 00000000 01 1200 0600 0200 AABB 0100 CC 0200 01 00 08000000 01 | " +
			"01000000 03 1400 2880 464158 00 313233 00 542E 00 0100 00 06000000"},
	{source: "2.2.6.5.2", hex: "0E 02 00000000", resp: &rop.ModifyRecipientsResponse{ResponseHead: ok(2)}},
	{source: "2.2.6.6.1", hex: "0F 00 01 05000000 0000", req: &rop.ReadRecipientsRequest{In: in(0, 1), RowID: 5}},
	{source: "B13", hex: "0F 01 00000000 01 | 00000000 01 FF0F 0000 1B00 " + alXHex,
		resp: &rop.ReadRecipientsResponse{ResponseHead: ok(1), Columns: smtpColumns, RecipientRows: []rop.ReadRecipientRow{
			{RecipientType: 1, CodePageID: 0x0FFF, RecipientRow: alX}}}, columns: smtpColumns},
	{source: "2.2.6.7.1", hex: "10 00 01 0000", req: &rop.ReloadCachedInformationRequest{In: in(0, 1)}},
	{source: "2.2.6.7.2", hex: "10 01 00000000 " + openedHiHex,
		resp: &rop.ReloadCachedInformationResponse{ResponseHead: ok(1), OpenedMessage: openedHi}},
	{source: "2.2.6.8.1", hex: "20 00 01 010000000000004A 00100000 00300000",
		req: &rop.SetMessageStatusRequest{In: in(0, 1), MessageID: oid(0x4A), MessageStatusFlags: 0x1000, MessageStatusMask: 0x3000}},
	{source: "2.2.6.8.2", hex: "20 01 00000000 00200000", resp: &rop.SetMessageStatusResponse{ResponseHead: ok(1), MessageStatusFlags: 0x2000}},
	{source: "2.2.6.9.1", hex: "1F 00 01 010000000000004A", req: &rop.GetMessageStatusRequest{In: in(0, 1), MessageID: oid(0x4A)}},
	{source: "2.2.6.9.2", hex: "1F 01 00000000 00100000", resp: &rop.GetMessageStatusResponse{ResponseHead: ok(1), MessageStatusFlags: 0x1000}},
	{source: "2.2.6.10.1", hex: "66 00 01 01 05 0200 010000000000004A 010000000000004B",
		req: &rop.SetReadFlagsRequest{In: in(0, 1), WantAsynchronous: true, ReadFlags: 5, MessageIDs: []mapi.ID{oid(0x4A), oid(0x4B)}}},
	{source: "2.2.6.10.2", hex: "66 01 00000000 01", resp: &rop.SetReadFlagsResponse{ResponseHead: ok(1), PartialCompletion: true}},
	{source: "2.2.6.11.1: private logon", hex: "11 00 01 02 01",
		req: &rop.SetMessageReadFlagRequest{RespIn: respIn(0, 1, 2), ReadFlags: 1}},
	{source: "2.2.6.11.1: public logon", hex: "11 01 01 02 04 " + replHex + "00000000000D 0000",
		req: &rop.SetMessageReadFlagRequest{RespIn: respIn(1, 1, 2), ReadFlags: 4, ClientData: &clientData}},
	{source: "2.2.6.11.2: nothing changed", hex: "11 01 00000000 00", resp: &rop.SetMessageReadFlagResponse{ResponseHead: ok(1)}},
	{source: "2.2.6.11.2: changed", hex: "11 01 00000000 01 03 " + replHex + "00000000000D 0000",
		resp: &rop.SetMessageReadFlagResponse{ResponseHead: ok(1), ReadStatusChanged: true, LogonID: 3, ClientData: clientData}},
	{source: "2.2.6.12.1", hex: "22 00 01 02 03 05000000",
		req: &rop.OpenAttachmentRequest{InOut: inOut(0, 1, 2), OpenAttachmentFlags: 3, AttachmentID: 5}},
	{source: "2.2.6.12.2", hex: "22 02 00000000", resp: &rop.OpenAttachmentResponse{ResponseHead: ok(2)}},
	{source: "2.2.6.13.1", hex: "23 00 01 02", req: &rop.CreateAttachmentRequest{InOut: inOut(0, 1, 2)}},
	{source: "2.2.6.13.2", hex: "23 02 00000000 05000000", resp: &rop.CreateAttachmentResponse{ResponseHead: ok(2), AttachmentID: 5}},
	{source: "2.2.6.14.1", hex: "24 00 01 05000000", req: &rop.DeleteAttachmentRequest{In: in(0, 1), AttachmentID: 5}},
	{source: "2.2.6.14.2", hex: "24 01 00000000", resp: &rop.DeleteAttachmentResponse{ResponseHead: ok(1)}},
	{source: "2.2.6.15.1", hex: "25 00 01 02 0A", req: &rop.SaveChangesAttachmentRequest{RespIn: respIn(0, 1, 2), SaveFlags: 0x0A}},
	{source: "2.2.6.15.2", hex: "25 01 00000000", resp: &rop.SaveChangesAttachmentResponse{ResponseHead: ok(1)}},
	{source: "2.2.6.16.1", hex: "46 00 01 02 FF0F 01",
		req: &rop.OpenEmbeddedMessageRequest{InOut: inOut(0, 1, 2), CodePageID: 0x0FFF, OpenModeFlags: 1}},
	{source: "2.2.6.16.2", hex: "46 02 00000000 00 010000000000004A " + openedHiHex,
		resp: &rop.OpenEmbeddedMessageResponse{ResponseHead: ok(2), MessageID: oid(0x4A), OpenedMessage: openedHi}},
	{source: "2.2.6.17.1", hex: "21 00 01 02 40", req: &rop.GetAttachmentTableRequest{InOut: inOut(0, 1, 2), TableFlags: 0x40}},
	{source: "2.2.6.17.2", hex: "21 02 00000000", resp: &rop.GetAttachmentTableResponse{ResponseHead: ok(2)}},
	{source: "2.2.6.18.1", hex: "52 00 01", req: &rop.GetValidAttachmentsRequest{In: in(0, 1)}},
	{source: "2.2.6.18.2", hex: "52 01 00000000 0200 00000000 05000000",
		resp: &rop.GetValidAttachmentsResponse{ResponseHead: ok(1), AttachmentIDs: []uint32{0, 5}}},
}
