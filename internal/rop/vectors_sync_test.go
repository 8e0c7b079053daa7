package rop_test

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

var (
	bound    = prop.LongTermID{DatabaseGUID: replGUID, GlobalCounter: 0x2A}
	boundHex = replHex + "00000000002A 0000 "
)

var ten = []prop.Tagged{{Tag: 0x66760003, Value: prop.Int32(10)}}

const tenHex = "0100 03007666 0A000000 "

var syncVectors = []vector{
	{source: "2.2.12.1.1", hex: "53 00 01 02 03 01",
		req: &rop.FastTransferDestinationConfigureRequest{InOut: inOut(0, 1, 2), SourceOperation: 3, CopyFlags: 1}},
	{source: "2.2.12.1.2", hex: "53 02 00000000", resp: &rop.FastTransferDestinationConfigureResponse{ResponseHead: ok(2)}},
	{source: "2.2.12.2.1", hex: "54 00 02 0200 AABB",
		req: &rop.FastTransferDestinationPutBufferRequest{In: in(0, 2), TransferData: []byte{0xAA, 0xBB}}},
	{source: "2.2.12.2.2", hex: "54 02 00000000 0100 0200 0300 00 0400",
		resp: &rop.FastTransferDestinationPutBufferResponse{ResponseHead: ok(2), TransferStatus: 1, InProgressCount: 2, TotalStepCount: 3, BufferUsedSize: 4}},
	{source: "2.2.12.2.2: failure", hex: "54 02 57000780 0000 0000 0000 00 0000",
		resp: &rop.FastTransferDestinationPutBufferResponse{ResponseHead: fail(2, mapi.ErrInvalidParameter)}},
	{source: "2.2.12.3.1", hex: "9D 00 02 0200 AABB",
		req: &rop.FastTransferDestinationPutBufferExtendedRequest{In: in(0, 2), TransferData: []byte{0xAA, 0xBB}}},
	{source: "2.2.12.3.2", hex: "9D 02 00000000 0100 02000000 03000000 00 0400",
		resp: &rop.FastTransferDestinationPutBufferExtendedResponse{ResponseHead: ok(2), TransferStatus: 1, InProgressCount: 2, TotalStepCount: 3,
			BufferUsedSize: 4}},
	{source: "2.2.12.4.1", hex: "4E 00 02 0078", req: &rop.FastTransferSourceGetBufferRequest{In: in(0, 2), BufferSize: 0x7800}},
	{source: "2.2.12.4.1: the server chooses", hex: "4E 00 02 BEBA 0078",
		req: &rop.FastTransferSourceGetBufferRequest{In: in(0, 2), BufferSize: rop.ByteCountExtended, MaximumBufferSize: 0x7800}},
	{source: "2.2.12.4.2", hex: "4E 02 00000000 0300 0200 0300 00 0200 AABB",
		resp: &rop.FastTransferSourceGetBufferResponse{ResponseHead: ok(2), TransferStatus: 3, InProgressCount: 2, TotalStepCount: 3,
			TransferBufferSize: 2, TransferBuffer: []byte{0xAA, 0xBB}}},
	{source: "2.2.12.4.2: busy", hex: "4E 02 80040000 0000 0000 0000 00 0000 E8030000",
		resp: &rop.FastTransferSourceGetBufferResponse{ResponseHead: fail(2, mapi.ErrServerBusy), BackoffTime: 1000}},
	{source: "2.2.12.5.1", hex: "4C 00 01 02 10 01",
		req: &rop.FastTransferSourceCopyFolderRequest{InOut: inOut(0, 1, 2), CopyFlags: 0x10, SendOptions: 1}},
	{source: "2.2.12.5.2", hex: "4C 02 00000000", resp: &rop.FastTransferSourceCopyFolderResponse{ResponseHead: ok(2)}},
	{source: "2.2.12.6.1", hex: "4B 00 01 02 0100 010000000000004A 20 03",
		req: &rop.FastTransferSourceCopyMessagesRequest{InOut: inOut(0, 1, 2), MessageIDs: []mapi.ID{oid(0x4A)}, CopyFlags: 0x20, SendOptions: 3}},
	{source: "2.2.12.6.2", hex: "4B 02 00000000", resp: &rop.FastTransferSourceCopyMessagesResponse{ResponseHead: ok(2)}},
	{source: "2.2.12.7.1", hex: "4D 00 01 02 00 00200000 09 0100 0D00120E",
		req: &rop.FastTransferSourceCopyToRequest{InOut: inOut(0, 1, 2), CopyFlags: 0x2000, SendOptions: 9, PropertyTags: []mapi.PropTag{0x0E12000D}}},
	{source: "2.2.12.7.2", hex: "4D 02 00000000", resp: &rop.FastTransferSourceCopyToResponse{ResponseHead: ok(2)}},
	{source: "2.2.12.8.1", hex: "69 00 01 02 01 20 09 0100 0D00130E",
		req: &rop.FastTransferSourceCopyPropertiesRequest{InOut: inOut(0, 1, 2), Level: 1, CopyFlags: 0x20, SendOptions: 9,
			PropertyTags: []mapi.PropTag{0x0E13000D}}},
	{source: "2.2.12.8.2", hex: "69 02 00000000", resp: &rop.FastTransferSourceCopyPropertiesResponse{ResponseHead: ok(2)}},
	{source: "2.2.12.9.1", hex: "86 00 01 030E 7B80 0400", req: &rop.TellVersionRequest{In: in(0, 1), Version: [3]uint16{0x0E03, 0x807B, 4}}},
	{source: "2.2.12.9.2", hex: "86 01 00000000", resp: &rop.TellVersionResponse{ResponseHead: ok(1)}},

	{source: "2.2.13.1.1", hex: "70 00 01 02 01 09 2105 0500 08 1F003700 0F000000 0100 02010910",
		req: &rop.SynchronizationConfigureRequest{InOut: inOut(0, 1, 2), SynchronizationType: 1, SendOptions: 9, SynchronizationFlags: 0x0521,
			Restriction: prop.ExistRestriction{Tag: 0x0037001F}, SynchronizationExtraFlags: 15, PropertyTags: []mapi.PropTag{0x10090102}}},
	{source: "2.2.13.1.1: hierarchy, no restriction", hex: "70 00 01 02 02 01 0000 0000 00000000 0000",
		req: &rop.SynchronizationConfigureRequest{InOut: inOut(0, 1, 2), SynchronizationType: 2, SendOptions: 1}},
	{source: "2.2.13.1.2", hex: "70 02 00000000", resp: &rop.SynchronizationConfigureResponse{ResponseHead: ok(2)}},
	{source: "2.2.13.2.1", hex: "72 00 01 02 10 " + tenHex,
		req: &rop.SynchronizationImportMessageChangeRequest{InOut: inOut(0, 1, 2), ImportFlag: 0x10, PropertyValues: ten}},
	{source: "2.2.13.2.2", hex: "72 02 00000000 0000000000000000", resp: &rop.SynchronizationImportMessageChangeResponse{ResponseHead: ok(2)}},
	{source: "2.2.13.3.1", hex: "80 00 01 0700 0100 AA 01 0000 00",
		req: &rop.SynchronizationImportReadStateChangesRequest{In: in(0, 1), MessageReadStates: []rop.MessageReadState{
			{MessageID: []byte{0xAA}, MarkAsRead: true}, {}}}},
	{source: "2.2.13.3.2", hex: "80 01 00000000", resp: &rop.SynchronizationImportReadStateChangesResponse{ResponseHead: ok(1)}},
	{source: "2.2.13.4.1", hex: "73 00 01 " + tenHex + "0100 03007766 01000000",
		req: &rop.SynchronizationImportHierarchyChangeRequest{In: in(0, 1), HierarchyValues: ten,
			PropertyValues: []prop.Tagged{{Tag: 0x66770003, Value: prop.Int32(1)}}}},
	{source: "2.2.13.4.2", hex: "73 01 00000000 0000000000000000", resp: &rop.SynchronizationImportHierarchyChangeResponse{ResponseHead: ok(1)}},
	{source: "2.2.13.5.1", hex: "74 00 01 02 0100 02110000 02000000 0200 AABB 0100 CC",
		req: &rop.SynchronizationImportDeletesRequest{In: in(0, 1), ImportDeleteFlags: 2, PropertyValues: []prop.Tagged{
			{Tag: 0x00001102, Value: prop.Multi(mapi.PtypMultiBinary, []string{"\xAA\xBB", "\xCC"})}}}},
	{source: "2.2.13.5.2", hex: "74 01 00000000", resp: &rop.SynchronizationImportDeletesResponse{ResponseHead: ok(1)}},
	{source: "2.2.13.6.1", hex: "78 00 01 01000000 A1 02000000 B1B2 00000000 01000000 D1 01000000 E1",
		req: &rop.SynchronizationImportMessageMoveRequest{In: in(0, 1), SourceFolderID: []byte{0xA1}, SourceMessageID: []byte{0xB1, 0xB2},
			DestinationMessageID: []byte{0xD1}, ChangeNumber: []byte{0xE1}}},
	{source: "2.2.13.6.2", hex: "78 01 00000000 0000000000000000", resp: &rop.SynchronizationImportMessageMoveResponse{ResponseHead: ok(1)}},
	{source: "2.2.13.7.1", hex: "7E 00 01 02 01",
		req: &rop.SynchronizationOpenCollectorRequest{InOut: inOut(0, 1, 2), IsContentsCollector: true}},
	{source: "2.2.13.7.2", hex: "7E 02 00000000", resp: &rop.SynchronizationOpenCollectorResponse{ResponseHead: ok(2)}},
	{source: "2.2.13.8.1", hex: "82 00 01 02", req: &rop.SynchronizationGetTransferStateRequest{InOut: inOut(0, 1, 2)}},
	{source: "2.2.13.8.2", hex: "82 02 00000000", resp: &rop.SynchronizationGetTransferStateResponse{ResponseHead: ok(2)}},
	{source: "2.2.13.9.1", hex: "75 00 01 02011740 26000000",
		req: &rop.SynchronizationUploadStateStreamBeginRequest{In: in(0, 1), StateProperty: 0x40170102, TransferBufferSize: 38}},
	{source: "2.2.13.9.2", hex: "75 01 00000000", resp: &rop.SynchronizationUploadStateStreamBeginResponse{ResponseHead: ok(1)}},
	{source: "2.2.13.10.1", hex: "76 00 01 02000000 AABB",
		req: &rop.SynchronizationUploadStateStreamContinueRequest{In: in(0, 1), StreamData: []byte{0xAA, 0xBB}}},
	{source: "2.2.13.10.2", hex: "76 01 00000000", resp: &rop.SynchronizationUploadStateStreamContinueResponse{ResponseHead: ok(1)}},
	{source: "2.2.13.11.1", hex: "77 00 01", req: &rop.SynchronizationUploadStateStreamEndRequest{In: in(0, 1)}},
	{source: "2.2.13.11.2", hex: "77 01 00000000", resp: &rop.SynchronizationUploadStateStreamEndResponse{ResponseHead: ok(1)}},
	{source: "2.2.13.12.1", hex: "93 00 01 3400 01000000 | " + boundHex + "| " + boundHex,
		req: &rop.SetLocalReplicaMidsetDeletedRequest{In: in(0, 1), LongTermIDRanges: []rop.LongTermIDRange{
			{MinLongTermID: bound, MaxLongTermID: bound}}}},
	{source: "2.2.13.12.2", hex: "93 01 00000000", resp: &rop.SetLocalReplicaMidsetDeletedResponse{ResponseHead: ok(1)}},
	{source: "2.2.13.13.1", hex: "7F 00 01 00000100", req: &rop.GetLocalReplicaIdsRequest{In: in(0, 1), IDCount: 0x10000}},
	{source: "2.2.13.13.2", hex: "7F 01 00000000 " + replHex + "000000010000",
		resp: &rop.GetLocalReplicaIdsResponse{ResponseHead: ok(1), ReplGUID: replGUID, GlobalCount: 0x10000}},
}
