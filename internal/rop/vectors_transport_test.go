package rop_test

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

var transportVectors = []vector{
	{source: "A35, OXOMSG 4.1.1", hex: "32 00 02 00", req: &rop.SubmitMessageRequest{In: in(0, 2)}},
	{source: "2.2.7.1.2", hex: "32 02 00000000", resp: &rop.SubmitMessageResponse{ResponseHead: ok(2)}},
	{source: "A36, OXOMSG 4.3.1", hex: "34 00 00 0100 0003B479CA47 0100 0003B7E65FA7",
		req: &rop.AbortSubmitRequest{FolderID: oid(0x0003B479CA47), MessageID: oid(0x0003B7E65FA7)}},
	{source: "2.2.7.2.2", hex: "34 00 00000000", resp: &rop.AbortSubmitResponse{}},
	{source: "2.2.7.3.1", hex: "49 00 01", req: &rop.GetAddressTypesRequest{In: in(0, 1)}},
	{source: "2.2.7.3.2", hex: "49 01 00000000 0200 0800 455800 534D545000",
		resp: &rop.GetAddressTypesResponse{ResponseHead: ok(1), AddressTypes: []string{"EX", "SMTP"}}},
	{source: "2.2.7.4.1", hex: "47 00 00", req: &rop.SetSpoolerRequest{}},
	{source: "A37, OXOMSG 4.6.1.2", hex: "47 00 00000000", resp: &rop.SetSpoolerResponse{}},
	{source: "2.2.7.5.1", hex: "48 00 00 010000000000004A 01", req: &rop.SpoolerLockMessageRequest{MessageID: oid(0x4A), LockState: 1}},
	{source: "A38, OXOMSG 4.6.6.2", hex: "48 00 00000000", resp: &rop.SpoolerLockMessageResponse{}},
	{source: "2.2.7.6.1", hex: "4A 00 02", req: &rop.TransportSendRequest{In: in(0, 2)}},
	{source: "2.2.7.6.2", hex: "4A 02 00000000 00 0100 03007666 0A000000",
		resp: &rop.TransportSendResponse{ResponseHead: ok(2), PropertyValues: []prop.Tagged{{Tag: 0x66760003, Value: prop.Int32(10)}}}},
	{source: "2.2.7.7.1", hex: "51 00 00 010000000000004A 0100000000000005 49504D00 02000000",
		req: &rop.TransportNewMailRequest{MessageID: oid(0x4A), FolderID: oid(5), MessageClass: "IPM", MessageFlags: 2}},
	{source: "2.2.7.7.2", hex: "51 00 00000000", resp: &rop.TransportNewMailResponse{}},
	{source: "2.2.7.8.1", hex: "6D 00 00", req: &rop.GetTransportFolderRequest{}},
	{source: "2.2.7.8.2", hex: "6D 00 00000000 0100000000000006", resp: &rop.GetTransportFolderResponse{FolderID: oid(6)}},
	{source: "2.2.7.9.1", hex: "6F 00 00 534D545000 01", req: &rop.OptionsDataRequest{AddressType: "SMTP", WantWin32: true}},
	{source: "2.2.7.9.2: no help", hex: "6F 00 00000000 01 0200 AABB 0000",
		resp: &rop.OptionsDataResponse{Reserved: 1, OptionsInfo: []byte{0xAA, 0xBB}}},
	{source: "2.2.7.9.2: help", hex: "6F 00 00000000 00 0000 0100 CC 682E686C7000",
		resp: &rop.OptionsDataResponse{HelpFile: []byte{0xCC}, HelpFileName: "h.hlp"}},
}

var helloWorld = []prop.Tagged{
	{Tag: 0x003D001F, Value: prop.String("")}, {Tag: 0x0E1D001F, Value: prop.String("Hello World")},
}

const helloWorldHex = "2400 0200 1F003D00 0000 1F001D0E 480065006C006C006F00200057006F0072006C0064000000"

var (
	b20Columns = []mapi.PropTag{0x0E1B000B, 0x65E20102, 0x0037001F}
	b21Columns = []mapi.PropTag{0x00370000}
	lidName    = prop.Name{Kind: prop.NameLID, GUID: replGUID, LID: 0x8503}
	textName   = prop.Name{Kind: prop.NameString, GUID: mailboxGUID, Text: "Ab"}
)

const (
	lidNameHex  = "00 " + replHex + "03850000 "
	textNameHex = "01 " + mailboxHex + "06 410062000000 "
)

var propertyVectors = []vector{
	{source: "2.2.8.1.1", hex: "56 00 00 02 0200 " + lidNameHex + textNameHex,
		req: &rop.GetPropertyIdsFromNamesRequest{Flags: 2, PropertyNames: []prop.Name{lidName, textName}}},
	{source: "A26, OXCPRPT 4.1.2", hex: "56 00 00000000 0200 3E86 3F86",
		resp: &rop.GetPropertyIdsFromNamesResponse{PropertyIDs: []uint16{0x863E, 0x863F}}},
	{source: "OXCPRPT 2.2.12.2: one without an id", hex: "56 00 80030400 0200 3E86 0000",
		resp: &rop.GetPropertyIdsFromNamesResponse{ResponseHead: fail(0, mapi.WarnWithErrors), PropertyIDs: []uint16{0x863E, 0}}},
	{source: "2.2.8.2.1", hex: "55 00 01 0200 3E86 3700", req: &rop.GetNamesFromPropertyIdsRequest{In: in(0, 1), PropertyIDs: []uint16{0x863E, 0x37}}},
	{source: "2.2.8.2.2", hex: "55 01 00000000 0300 " + lidNameHex + textNameHex + "FF 00000000000000000000000000000000",
		resp: &rop.GetNamesFromPropertyIdsResponse{ResponseHead: ok(1), PropertyNames: []prop.Name{lidName, textName, {Kind: prop.NameNone}}}},
	{source: "A29, OXCPRPT 4.3.1", hex: "07 00 00 0000 0100 0300 0B003E86 03003F86 0201E265",
		req: &rop.GetPropertiesSpecificRequest{WantUnicode: 1, PropertyTags: []mapi.PropTag{0x863E000B, 0x863F0003, 0x65E20102}}},
	{source: "B20: one missing", hex: "07 00 00000000 01 00 01 0A 0F010480 00 480069000000",
		resp: &rop.GetPropertiesSpecificResponse{Columns: b20Columns, RowData: prop.Row{Values: []prop.Value{
			prop.Bool(true), notFound, prop.String("Hi")}}}, columns: b20Columns},
	{source: "B21: tag without a type", hex: "07 00 00000000 00 1F00 480069000000",
		resp: &rop.GetPropertiesSpecificResponse{Columns: b21Columns, RowData: prop.Row{Values: []prop.Value{prop.String("Hi")}}}, columns: b21Columns},
	{source: "2.2.8.4.1", hex: "08 00 01 0010 0100", req: &rop.GetPropertiesAllRequest{In: in(0, 1), PropertySizeLimit: 0x1000, WantUnicode: 1}},
	{source: "2.2.8.4.2, value of A39", hex: "08 01 00000000 0200 03007666 0A000000 0A003700 0E000780",
		resp: &rop.GetPropertiesAllResponse{ResponseHead: ok(1), PropertyValues: []prop.Tagged{
			{Tag: 0x66760003, Value: prop.Int32(10)}, {Tag: 0x0037000A, Value: prop.Error(mapi.ErrMemory)}}}},
	{source: "2.2.8.5.1", hex: "09 00 01", req: &rop.GetPropertiesListRequest{In: in(0, 1)}},
	{source: "2.2.8.5.2", hex: "09 01 00000000 0200 1F003700 0B001B0E",
		resp: &rop.GetPropertiesListResponse{ResponseHead: ok(1), PropertyTags: []mapi.PropTag{0x0037001F, 0x0E1B000B}}},
	{source: "A27, OXCPRPT 4.2.1", hex: "0A 00 00 " + helloWorldHex, req: &rop.SetPropertiesRequest{PropertyValues: helloWorld}},
	{source: "A28, OXCPRPT 4.2.2", hex: "0A 00 00000000 0000", resp: &rop.SetPropertiesResponse{}},
	{source: "2.2.8.6.2: one problem", hex: "0A 00 00000000 0100 0100 1F001D0E 05000780",
		resp: &rop.SetPropertiesResponse{PropertyProblems: []prop.Problem{{Index: 1, Tag: 0x0E1D001F, Code: mapi.ErrAccessDenied}}}},
	{source: "2.2.8.7.1", hex: "79 00 00 " + helloWorldHex, req: &rop.SetPropertiesNoReplicateRequest{PropertyValues: helloWorld}},
	{source: "2.2.8.7.2", hex: "79 00 00000000 0000", resp: &rop.SetPropertiesNoReplicateResponse{}},
	{source: "2.2.8.8.1", hex: "0B 00 01 0100 1F003700", req: &rop.DeletePropertiesRequest{In: in(0, 1), PropertyTags: []mapi.PropTag{0x0037001F}}},
	{source: "2.2.8.8.2", hex: "0B 01 00000000 0100 0000 1F003700 05000780",
		resp: &rop.DeletePropertiesResponse{ResponseHead: ok(1), PropertyProblems: []prop.Problem{{Tag: 0x0037001F, Code: mapi.ErrAccessDenied}}}},
	{source: "2.2.8.9.1", hex: "7A 00 01 0100 1F003700",
		req: &rop.DeletePropertiesNoReplicateRequest{In: in(0, 1), PropertyTags: []mapi.PropTag{0x0037001F}}},
	{source: "2.2.8.9.2", hex: "7A 01 00000000 0000", resp: &rop.DeletePropertiesNoReplicateResponse{ResponseHead: ok(1)}},
	{source: "2.2.8.10.1: every property set", hex: "5F 00 01 00 00", req: &rop.QueryNamedPropertiesRequest{In: in(0, 1)}},
	{source: "2.2.8.10.1: one property set", hex: "5F 00 01 02 01 " + replHex,
		req: &rop.QueryNamedPropertiesRequest{In: in(0, 1), QueryFlags: 2, PropertyGUID: &replGUID}},
	{source: "2.2.8.10.2", hex: "5F 01 00000000 0200 3E86 3F86 " + lidNameHex + textNameHex,
		resp: &rop.QueryNamedPropertiesResponse{ResponseHead: ok(1), PropertyIDs: []uint16{0x863E, 0x863F}, PropertyNames: []prop.Name{lidName, textName}}},
	{source: "2.2.8.11.1", hex: "67 00 01 02 00 02 0100 1F003700",
		req: &rop.CopyPropertiesRequest{SrcDst: srcDst(0, 1, 2), CopyFlags: 2, PropertyTags: []mapi.PropTag{0x0037001F}}},
	{source: "2.2.8.11.2", hex: "67 01 00000000 0100 0000 1F003700 05000780",
		resp: &rop.CopyPropertiesResponse{ResponseHead: ok(1), PropertyProblems: []prop.Problem{{Tag: 0x0037001F, Code: mapi.ErrAccessDenied}}}},
	{source: "2.2.8.11.3", hex: "67 01 03050000 02000000",
		resp: &rop.CopyPropertiesResponse{ResponseHead: fail(1, mapi.ErrDstNullObject), DestHandleIndex: 2}},
	{source: "2.2.8.12.1", hex: "39 00 01 02 00 01 01 0100 1F003700",
		req: &rop.CopyToRequest{SrcDst: srcDst(0, 1, 2), WantSubObjects: true, CopyFlags: 1, ExcludedTags: []mapi.PropTag{0x0037001F}}},
	{source: "2.2.8.12.2", hex: "39 01 00000000 0000", resp: &rop.CopyToResponse{ResponseHead: ok(1)}},
	{source: "2.2.8.12.3", hex: "39 01 03050000 02000000",
		resp: &rop.CopyToResponse{ResponseHead: fail(1, mapi.ErrDstNullObject), DestHandleIndex: 2}},
	{source: "2.2.8.13.1", hex: "50 00 01 01", req: &rop.ProgressRequest{In: in(0, 1), WantCancel: true}},
	{source: "2.2.8.13.2", hex: "50 01 00000000 03 05000000 0A000000",
		resp: &rop.ProgressResponse{ResponseHead: ok(1), LogonID: 3, CompletedTaskCount: 5, TotalTaskCount: 10}},
}
