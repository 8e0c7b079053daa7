package rop_test

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

var streamVectors = []vector{
	{source: "A30, OXCPRPT 4.4.1.1", hex: "2B 01 00 01 02019A0E 01",
		req: &rop.OpenStreamRequest{InOut: inOut(1, 0, 1), PropertyTag: 0x0E9A0102, OpenModeFlags: 1}},
	{source: "A31, OXCPERM 4.1", hex: "2B 00 01 02 1F006A0E 00", req: &rop.OpenStreamRequest{InOut: inOut(0, 1, 2), PropertyTag: 0x0E6A001F}},
	{source: "A32, OXCPERM 4.1", hex: "2B 02 02010480", resp: &rop.OpenStreamResponse{ResponseHead: fail(2, mapi.ErrNoSupport)}},
	{source: "2.2.9.1.2", hex: "2B 02 00000000 00100000", resp: &rop.OpenStreamResponse{ResponseHead: ok(2), StreamSize: 4096}},
	{source: "2.2.9.2.1", hex: "2C 00 02 0010", req: &rop.ReadStreamRequest{In: in(0, 2), ByteCount: 4096}},
	{source: "2.2.9.2.1: long count", hex: "2C 00 02 BEBA 00000100",
		req: &rop.ReadStreamRequest{In: in(0, 2), ByteCount: rop.ByteCountExtended, MaximumByteCount: 65536}},
	{source: "2.2.9.2.2", hex: "2C 02 00000000 0300 AABBCC", resp: &rop.ReadStreamResponse{ResponseHead: ok(2), Data: []byte{0xAA, 0xBB, 0xCC}}},
	{source: "2.2.9.2.2: failure", hex: "2C 02 B9040000 0000", resp: &rop.ReadStreamResponse{ResponseHead: fail(2, mapi.ErrNullObject)}},
	{source: "2.2.9.3.1", hex: "2D 00 02 0300 AABBCC", req: &rop.WriteStreamRequest{In: in(0, 2), Data: []byte{0xAA, 0xBB, 0xCC}}},
	{source: "2.2.9.3.2", hex: "2D 02 00000000 0300", resp: &rop.WriteStreamResponse{ResponseHead: ok(2), WrittenSize: 3}},
	{source: "2.2.9.3.2: failure", hex: "2D 02 05030480 0200",
		resp: &rop.WriteStreamResponse{ResponseHead: fail(2, mapi.ErrTooBig), WrittenSize: 2}},
	{source: "2.2.9.4.1", hex: "A3 00 02 0100 AA", req: &rop.WriteStreamExtendedRequest{In: in(0, 2), Data: []byte{0xAA}}},
	{source: "2.2.9.4.2", hex: "A3 02 00000000 00000100", resp: &rop.WriteStreamExtendedResponse{ResponseHead: ok(2), WrittenSize: 65536}},
	{source: "2.2.9.5.1", hex: "5D 00 02", req: &rop.CommitStreamRequest{In: in(0, 2)}},
	{source: "2.2.9.5.2", hex: "5D 02 00000000", resp: &rop.CommitStreamResponse{ResponseHead: ok(2)}},
	{source: "2.2.9.6.1", hex: "5E 00 02", req: &rop.GetStreamSizeRequest{In: in(0, 2)}},
	{source: "2.2.9.6.2", hex: "5E 02 00000000 00100000", resp: &rop.GetStreamSizeResponse{ResponseHead: ok(2), StreamSize: 4096}},
	{source: "2.2.9.7.1", hex: "2F 00 02 0010000000000000", req: &rop.SetStreamSizeRequest{In: in(0, 2), StreamSize: 4096}},
	{source: "2.2.9.7.2", hex: "2F 02 00000000", resp: &rop.SetStreamSizeResponse{ResponseHead: ok(2)}},
	{source: "2.2.9.8.1", hex: "2E 00 02 01 FEFFFFFFFFFFFFFF", req: &rop.SeekStreamRequest{In: in(0, 2), Origin: 1, Offset: -2}},
	{source: "2.2.9.8.2", hex: "2E 02 00000000 0010000000000000", resp: &rop.SeekStreamResponse{ResponseHead: ok(2), NewPosition: 4096}},
	{source: "2.2.9.9.1", hex: "3A 00 01 02 0010000000000000", req: &rop.CopyToStreamRequest{SrcDst: srcDst(0, 1, 2), ByteCount: 4096}},
	{source: "2.2.9.9.2", hex: "3A 01 00000000 0A00000000000000 0900000000000000",
		resp: &rop.CopyToStreamResponse{ResponseHead: ok(1), ReadByteCount: 10, WrittenByteCount: 9}},
	{source: "2.2.9.9.3", hex: "3A 01 03050000 02000000 0000000000000000 0000000000000000",
		resp: &rop.CopyToStreamResponse{ResponseHead: fail(1, mapi.ErrDstNullObject), DestHandleIndex: 2}},
	{source: "2.2.9.10.1", hex: "5B 00 02 0100000000000000 0200000000000000 01000000",
		req: &rop.LockRegionStreamRequest{In: in(0, 2), RegionOffset: 1, RegionSize: 2, LockFlags: 1}},
	{source: "2.2.9.10.2", hex: "5B 02 00000000", resp: &rop.LockRegionStreamResponse{ResponseHead: ok(2)}},
	{source: "2.2.9.11.1", hex: "5C 00 02 0100000000000000 0200000000000000 01000000",
		req: &rop.UnlockRegionStreamRequest{In: in(0, 2), RegionOffset: 1, RegionSize: 2, LockFlags: 1}},
	{source: "2.2.9.11.2", hex: "5C 02 00000000", resp: &rop.UnlockRegionStreamResponse{ResponseHead: ok(2)}},
	{source: "2.2.9.12.1", hex: "90 00 02 0200 AABB", req: &rop.WriteAndCommitStreamRequest{In: in(0, 2), Data: []byte{0xAA, 0xBB}}},
	{source: "2.2.9.12.2", hex: "90 02 00000000 0200", resp: &rop.WriteAndCommitStreamResponse{ResponseHead: ok(2), WrittenSize: 2}},
	{source: "2.2.9.13.1", hex: "3B 00 02 03", req: &rop.CloneStreamRequest{InOut: inOut(0, 2, 3)}},
	{source: "2.2.9.13.2", hex: "3B 03 00000000", resp: &rop.CloneStreamResponse{ResponseHead: ok(3)}},
}

var accessVectors = []vector{
	{source: "2.2.10.1.1", hex: "40 00 01 01 0200 | 01 0200 02017266 0100AA 03007366 01000000 | 04 0100 14007166 0200000000000000",
		req: &rop.ModifyPermissionsRequest{In: in(0, 1), ModifyFlags: 1, PermissionsData: []rop.PermissionData{
			{PermissionDataFlags: 1, PropertyValues: []prop.Tagged{
				{Tag: 0x66720102, Value: prop.Binary([]byte{0xAA})}, {Tag: 0x66730003, Value: prop.Int32(1)}}},
			{PermissionDataFlags: 4, PropertyValues: []prop.Tagged{{Tag: 0x66710014, Value: prop.Int64(2)}}}}}},
	{source: "2.2.10.1.2", hex: "40 01 00000000", resp: &rop.ModifyPermissionsResponse{ResponseHead: ok(1)}},
	{source: "A33, OXCPERM 4.1", hex: "3E 00 00 01 02", req: &rop.GetPermissionsTableRequest{InOut: inOut(0, 0, 1), TableFlags: 2}},
	{source: "2.2.10.2.2", hex: "3E 01 00000000", resp: &rop.GetPermissionsTableResponse{ResponseHead: ok(1)}},
	{source: "2.2.11.1.1", hex: "41 00 01 01 0100 | 01 0200 03007666 0A000000 FD007966 08 1F003700",
		req: &rop.ModifyRulesRequest{In: in(0, 1), ModifyRulesFlags: 1, RulesData: []rop.RuleData{{RuleDataFlags: 1, PropertyValues: []prop.Tagged{
			{Tag: 0x66760003, Value: prop.Int32(10)},
			{Tag: 0x667900FD, Value: prop.RestrictionValue(prop.ExistRestriction{Tag: 0x0037001F})}}}}}},
	{source: "2.2.11.1.2", hex: "41 01 00000000", resp: &rop.ModifyRulesResponse{ResponseHead: ok(1)}},
	{source: "A20, OXORULE 4.2.1", hex: "3F 00 00 01 40", req: &rop.GetRulesTableRequest{InOut: inOut(0, 0, 1), TableFlags: 0x40}},
	{source: "A23, OXORULE 4.2.2", hex: "3F 01 00000000", resp: &rop.GetRulesTableResponse{ResponseHead: ok(1)}},
	{source: "2.2.11.3.1", hex: "57 00 01 0200 AABB 0100 CC",
		req: &rop.UpdateDeferredActionMessagesRequest{In: in(0, 1), ServerEntryID: []byte{0xAA, 0xBB}, ClientEntryID: []byte{0xCC}}},
	{source: "2.2.11.3.2", hex: "57 01 00000000", resp: &rop.UpdateDeferredActionMessagesResponse{ResponseHead: ok(1)}},
}
