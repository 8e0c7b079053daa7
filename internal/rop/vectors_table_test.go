package rop_test

import (
	"bytes"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

var (
	a19Columns = []mapi.PropTag{0x67480014, 0x674A0014, 0x674D0014, 0x674E0003, 0x0FF50003, 0x30050003, 0x0037001F}
	a25Columns = []mapi.PropTag{0x66740014, 0x66840102, 0x6682001F}
	e13Columns = []mapi.PropTag{0x67480014, 0x674A0014, 0x674D0014, 0x674E0003, 0x0FF50003, 0x00370000}
)

var notFound = prop.Error(mapi.ErrNotFound)

var tableVectors = []vector{
	{source: "A15, OXCTABL 4.2.1", hex: "12 00 01 00 0600 14004867 14004A67 14004D67 03004E67 1F003700 4000060E",
		req: &rop.SetColumnsRequest{In: in(0, 1), PropertyTags: []mapi.PropTag{0x67480014, 0x674A0014, 0x674D0014, 0x674E0003, 0x0037001F, 0x0E060040}}},
	{source: "A21, OXORULE 4.2.1", hex: "12 00 01 00 0300 14007466 02018466 1F008266",
		req: &rop.SetColumnsRequest{In: in(0, 1), PropertyTags: a25Columns}},
	{source: "A24, OXORULE 4.2.2", hex: "12 01 00000000 00", resp: &rop.SetColumnsResponse{ResponseHead: ok(1)}},
	{source: "A17, OXCTABL 4.5", hex: "13 00 00 00 0200 0100 0100 1F300880 00 4000060E 01",
		req: &rop.SortTableRequest{CategoryCount: 1, ExpandedCount: 1, SortOrders: []prop.SortOrder{
			{Tag: 0x8008301F, Order: prop.Ascending}, {Tag: 0x0E060040, Order: prop.Descending}}}},
	{source: "A16, OXCTABL 4.3.2", hex: "13 01 00000000 00", resp: &rop.SortTableResponse{ResponseHead: ok(1)}},
	{source: "B14: subject contains X and unread",
		hex: "14 00 01 00 1E00 | 00 0200 | 03 0100 0100 1F003700 1F003700 58000000 | 06 00 0300070E 01000000",
		req: &rop.RestrictRequest{In: in(0, 1), Restriction: prop.AndRestriction{Parts: []prop.Restriction{
			prop.ContentRestriction{Fuzzy: 0x10001, Tag: 0x0037001F, Value: prop.Tagged{Tag: 0x0037001F, Value: prop.String("X")}},
			prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: 0x0E070003, Mask: 1}}}}},
	{source: "2.2.5.3.1: removed", hex: "14 00 01 01 0000", req: &rop.RestrictRequest{In: in(0, 1), RestrictFlags: 1}},
	{source: "2.2.5.3.1: bytes behind the restriction", hex: "14 00 01 00 0700 08 1F003700 0000",
		req:       &rop.RestrictRequest{In: in(0, 1), Restriction: prop.ExistRestriction{Tag: 0x0037001F}},
		encodesAs: "14 00 01 00 0500 08 1F003700"},
	{source: "2.2.5.3.2", hex: "14 01 00000000 0E", resp: &rop.RestrictResponse{ResponseHead: ok(1), TableStatus: 0x0E}},
	{source: "A18, OXCTABL 4.5.3.1", hex: "15 00 00 00 01 3200", req: &rop.QueryRowsRequest{ForwardRead: true, RowCount: 50}},
	{source: "A22, OXORULE 4.2.1", hex: "15 00 01 00 01 3200", req: &rop.QueryRowsRequest{In: in(0, 1), ForwardRead: true, RowCount: 50}},
	{source: "A19, OXCTABL 4.5.3.2, its first row",
		hex: "15 00 00000000 02 0100 | 01 | 00 01000000 00F11F32 | 0A 0F010480 | 00 01000000 00F188BD | 00 00000000 | 00 03000000 | 00 00000000 | 0A 0F010480",
		resp: &rop.QueryRowsResponse{Origin: 2, Columns: a19Columns, Rows: []prop.Row{{Values: []prop.Value{
			prop.Int64(0x321FF10000000001), notFound, prop.Int64(-0x42770EFFFFFFFFFF), prop.Int32(0), prop.Int32(3), prop.Int32(0), notFound}}}},
		columns: a19Columns},
	{source: "A25, OXORULE 4.2.2",
		hex: "15 01 00000000 02 0100 00 010000000 13FF856 1000 01000000 01000000 55555555 D144E340 500072006F006A00650063007400200058000000",
		resp: &rop.QueryRowsResponse{ResponseHead: ok(1), Origin: 2, Columns: a25Columns, Rows: []prop.Row{{Values: []prop.Value{
			prop.Int64(0x56F83F0100000001), prop.Binary([]byte{1, 0, 0, 0, 1, 0, 0, 0, 0x55, 0x55, 0x55, 0x55, 0xD1, 0x44, 0xE3, 0x40}),
			prop.String("Project X")}}}},
		columns: a25Columns},
	{source: "2.2.5.4.2: column without a type",
		hex: "15 01 00000000 01 0200 | 00 0100000000000005 010000000000004A 010000000000004A 00000000 01000000 1F00 480069000000 | " +
			"01 00 0100000000000005 00 010000000000004B 00 010000000000004B 00 00000000 00 01000000 1F00 01",
		resp: &rop.QueryRowsResponse{ResponseHead: ok(1), Origin: 1, Columns: e13Columns, Rows: []prop.Row{
			{Values: []prop.Value{prop.ID(oid(5)), prop.ID(oid(0x4A)), prop.ID(oid(0x4A)), prop.Int32(0), prop.Int32(1), prop.String("Hi")}},
			{Values: []prop.Value{prop.ID(oid(5)), prop.ID(oid(0x4B)), prop.ID(oid(0x4B)), prop.Int32(0), prop.Int32(1), {}}}}},
		columns: e13Columns,
		// The type of a value that is absent says nothing: we send "unspecified".
		encodesAs: "15 01 00000000 01 0200 | 00 0100000000000005 010000000000004A 010000000000004A 00000000 01000000 1F00 480069000000 | " +
			"01 00 0100000000000005 00 010000000000004B 00 010000000000004B 00 00000000 00 01000000 0000 01"},
	{source: "2.2.5.4.2: no rows", hex: "15 01 00000000 02 0000", resp: &rop.QueryRowsResponse{ResponseHead: ok(1), Origin: 2}},
	{source: "2.2.5.5.1", hex: "38 00 01", req: &rop.AbortRequest{In: in(0, 1)}},
	{source: "2.2.5.5.2", hex: "38 01 00000000 0D", resp: &rop.AbortResponse{ResponseHead: ok(1), TableStatus: 0x0D}},
	{source: "2.2.5.5.3", hex: "38 01 14010480", resp: &rop.AbortResponse{ResponseHead: fail(1, mapi.ErrUnableToAbort)}},
	{source: "2.2.5.6.1", hex: "16 00 01", req: &rop.GetStatusRequest{In: in(0, 1)}},
	{source: "2.2.5.6.2", hex: "16 01 00000000 09", resp: &rop.GetStatusResponse{ResponseHead: ok(1), TableStatus: 9}},
	{source: "2.2.5.7.1", hex: "17 00 01", req: &rop.QueryPositionRequest{In: in(0, 1)}},
	{source: "2.2.5.7.2", hex: "17 01 00000000 05000000 19000000",
		resp: &rop.QueryPositionResponse{ResponseHead: ok(1), Numerator: 5, Denominator: 25}},
	{source: "2.2.5.8.1", hex: "18 00 01 02 FBFFFFFF 01",
		req: &rop.SeekRowRequest{In: in(0, 1), Origin: 2, RowCount: -5, WantRowMovedCount: true}},
	{source: "2.2.5.8.2", hex: "18 01 00000000 01 FDFFFFFF", resp: &rop.SeekRowResponse{ResponseHead: ok(1), HasSoughtLess: true, RowsSought: -3}},
	{source: "2.2.5.9.1", hex: "19 00 01 0300 010203 FFFFFFFF 00",
		req: &rop.SeekRowBookmarkRequest{In: in(0, 1), Bookmark: []byte{1, 2, 3}, RowCount: -1}},
	{source: "2.2.5.9.2", hex: "19 01 00000000 01 00 02000000",
		resp: &rop.SeekRowBookmarkResponse{ResponseHead: ok(1), RowNoLongerVisible: true, RowsSought: 2}},
	{source: "2.2.5.10.1", hex: "1A 00 01 01000000 02000000",
		req: &rop.SeekRowFractionalRequest{In: in(0, 1), Numerator: 1, Denominator: 2}},
	{source: "2.2.5.10.2", hex: "1A 01 00000000", resp: &rop.SeekRowFractionalResponse{ResponseHead: ok(1)}},
	{source: "2.2.5.11.1", hex: "1B 00 01", req: &rop.CreateBookmarkRequest{In: in(0, 1)}},
	{source: "2.2.5.11.2", hex: "1B 01 00000000 0200 ABCD", resp: &rop.CreateBookmarkResponse{ResponseHead: ok(1), Bookmark: []byte{0xAB, 0xCD}}},
	{source: "2.2.5.12.1", hex: "37 00 01", req: &rop.QueryColumnsAllRequest{In: in(0, 1)}},
	{source: "2.2.5.12.2", hex: "37 01 00000000 0200 14004867 1F003700",
		resp: &rop.QueryColumnsAllResponse{ResponseHead: ok(1), PropertyTags: []mapi.PropTag{0x67480014, 0x0037001F}}},
	{source: "2.2.5.13.1", hex: "4F 00 01 01 0500 08 1F003700 03 0200 ABCD",
		req: &rop.FindRowRequest{In: in(0, 1), FindRowFlags: 1, Restriction: prop.ExistRestriction{Tag: 0x0037001F}, Origin: 3, Bookmark: []byte{0xAB, 0xCD}}},
	{source: "2.2.5.13.2: found", hex: "4F 01 00000000 00 01 00 01000000 013FF856 0200 AABB 5800 0000",
		resp: &rop.FindRowResponse{ResponseHead: ok(1), Columns: a25Columns, RowData: &prop.Row{Values: []prop.Value{
			prop.Int64(0x56F83F0100000001), prop.Binary([]byte{0xAA, 0xBB}), prop.String("X")}}}, columns: a25Columns},
	{source: "2.2.5.13.2: not found", hex: "4F 01 00000000 01 00",
		resp: &rop.FindRowResponse{ResponseHead: ok(1), RowNoLongerVisible: true}},
	{source: "2.2.5.14.1", hex: "89 00 01 0200 ABCD", req: &rop.FreeBookmarkRequest{In: in(0, 1), Bookmark: []byte{0xAB, 0xCD}}},
	{source: "2.2.5.14.2", hex: "89 01 00000000", resp: &rop.FreeBookmarkResponse{ResponseHead: ok(1)}},
	{source: "2.2.5.15.1", hex: "81 00 01", req: &rop.ResetTableRequest{In: in(0, 1)}},
	{source: "2.2.5.15.2", hex: "81 01 00000000", resp: &rop.ResetTableResponse{ResponseHead: ok(1)}},
	{source: "2.2.5.16.1", hex: "59 00 01 0A00 0100000000000007",
		req: &rop.ExpandRowRequest{In: in(0, 1), MaxRowCount: 10, CategoryID: oid(7)}},
	{source: "2.2.5.16.2", hex: "59 01 00000000 03000000 0100 00 01000000 013FF856 0200 AABB 5800 0000",
		resp: &rop.ExpandRowResponse{ResponseHead: ok(1), ExpandedRowCount: 3, Columns: a25Columns, Rows: []prop.Row{{Values: []prop.Value{
			prop.Int64(0x56F83F0100000001), prop.Binary([]byte{0xAA, 0xBB}), prop.String("X")}}}}, columns: a25Columns},
	{source: "2.2.5.17.1", hex: "5A 00 01 0100000000000007", req: &rop.CollapseRowRequest{In: in(0, 1), CategoryID: oid(7)}},
	{source: "2.2.5.17.2", hex: "5A 01 00000000 03000000", resp: &rop.CollapseRowResponse{ResponseHead: ok(1), CollapsedRowCount: 3}},
	{source: "2.2.5.18.1", hex: "6B 00 01 0100000000000007 02000000",
		req: &rop.GetCollapseStateRequest{In: in(0, 1), RowID: oid(7), RowInstanceNumber: 2}},
	{source: "2.2.5.18.2", hex: "6B 01 00000000 0300 112233",
		resp: &rop.GetCollapseStateResponse{ResponseHead: ok(1), CollapseState: []byte{0x11, 0x22, 0x33}}},
	{source: "2.2.5.19.1", hex: "6C 00 01 0300 112233", req: &rop.SetCollapseStateRequest{In: in(0, 1), CollapseState: []byte{0x11, 0x22, 0x33}}},
	{source: "2.2.5.19.2", hex: "6C 01 00000000 0200 ABCD", resp: &rop.SetCollapseStateResponse{ResponseHead: ok(1), Bookmark: []byte{0xAB, 0xCD}}},
}

// A34, OXCPERM 4.1, is printed only in part: 22 bytes of which the first 16 stand there.
func TestSetColumnsOfAPermissionsTable(t *testing.T) {
	t.Parallel()
	got := encode(&rop.SetColumnsRequest{In: in(0, 1), PropertyTags: []mapi.PropTag{0x66710014, 0x6672001F, 0x66730003, 0x0FFF0102}})
	printed := unhex(t, "12 00 01 00 0400 14007166 1F007266 0300")
	if len(got) != 22 || !bytes.Equal(got[:len(printed)], printed) {
		t.Errorf("encoded %x, want 22 bytes that start with %x", got, printed)
	}
}
