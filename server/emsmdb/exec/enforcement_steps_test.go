package exec_test

import (
	"fmt"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// enforcement says what each operation answers, in a mailbox and, if that is something else, in the public folders. The
// columns are None, FreeBusy, Contributor, Reviewer, NonEditingAuthor, Author, PublishingAuthor, Editor, PublishingEditor,
// Owner: . success, n ecNotFound, d ecAccessDenied, m ecNoCreateRight, c ecNoCreateSubfolderRight, s ecNotSupported, q ecNotInQueue,
// 0 ecNullObject, p done
// but for a part, - success that did nothing. A third column is for a mailbox's
// owner, if that is no success.
var enforcement = []enforcedStep{
	// The folder.
	step("OpenFolder", "nn........", func(e *enforced) rop.Request { return &rop.OpenFolderRequest{InOut: inOut(0, 3), FolderID: e.fid()} }),
	step("GetPropertiesSpecific", "nn........", func(e *enforced) rop.Request {
		return &rop.GetPropertiesSpecificRequest{In: in(1), PropertyTags: []mapi.PropTag{mapi.TagDisplayName}}
	}),
	step("GetPropertiesAll", "nn........", func(e *enforced) rop.Request { return &rop.GetPropertiesAllRequest{In: in(1)} }),
	step("GetPropertiesList", "nn........", func(e *enforced) rop.Request { return &rop.GetPropertiesListRequest{In: in(1)} }),
	step("SetProperties", "nn........ nnddddddd.", func(e *enforced) rop.Request {
		return &rop.SetPropertiesRequest{In: in(1), PropertyValues: []prop.Tagged{text(mapi.TagComment, "x")}}
	}),
	step("SetPropertiesNoReplicate", "nn........ nnddddddd.", func(e *enforced) rop.Request {
		return &rop.SetPropertiesNoReplicateRequest{In: in(1), PropertyValues: []prop.Tagged{text(mapi.TagComment, "x")}}
	}),
	step("DeleteProperties", "nn........ nnddddddd.", func(e *enforced) rop.Request {
		return &rop.DeletePropertiesRequest{In: in(1), PropertyTags: []mapi.PropTag{mapi.TagComment}}
	}),
	step("DeletePropertiesNoReplicate", "nn........ nnddddddd.", func(e *enforced) rop.Request {
		return &rop.DeletePropertiesNoReplicateRequest{In: in(1), PropertyTags: []mapi.PropTag{mapi.TagComment}}
	}),
	step("CopyPropertiesToIt", "nn........ nnddddddd.", func(e *enforced) rop.Request {
		return &rop.CopyPropertiesRequest{SrcDst: srcDst(2, 1), PropertyTags: []mapi.PropTag{mapi.TagContainerClass}}
	}),
	step("CopyPropertiesFromIt", "nn........", func(e *enforced) rop.Request {
		return &rop.CopyPropertiesRequest{SrcDst: srcDst(1, 2), PropertyTags: []mapi.PropTag{mapi.TagContainerClass}}
	}),
	step("CopyToFromIt", "nnd.......", func(e *enforced) rop.Request {
		return &rop.CopyToRequest{SrcDst: srcDst(1, 2), ExcludedTags: []mapi.PropTag{mapi.TagDisplayName}}
	}),
	step("OpenStreamReadOnly", "nn........", func(e *enforced) rop.Request {
		e.update(func(tx store.Tx) error {
			return tx.SetFolderProps(e.folder, []prop.Tagged{{Tag: 0x66010102, Value: prop.Binary([]byte("x"))}}, nil)
		})
		return &rop.OpenStreamRequest{InOut: inOut(1, 3), PropertyTag: 0x66010102}
	}),
	step("OpenStreamReadWrite", "nn........ nnddddddd.", func(e *enforced) rop.Request {
		return &rop.OpenStreamRequest{InOut: inOut(1, 3), PropertyTag: 0x66010102, OpenModeFlags: mapi.OpenModeReadWrite}
	}),
	{name: "CommitStream", want: "nn........ nnddddddd.", before: func(e *enforced) {
		one[*rop.OpenStreamResponse](e.world, &rop.OpenStreamRequest{InOut: inOut(1, 3), PropertyTag: 0x66010102, OpenModeFlags: mapi.OpenModeReadWrite})
		one[*rop.WriteStreamResponse](e.world, &rop.WriteStreamRequest{In: in(3), Data: []byte("y")})
	}, do: func(e *enforced) string { return e.answer(&rop.CommitStreamRequest{In: in(3)}) }},
	step("GetHierarchyTable", "nn........", func(e *enforced) rop.Request { return &rop.GetHierarchyTableRequest{InOut: inOut(1, 3)} }),
	{name: "RowOfHierarchyTable", want: "nn........", before: func(e *enforced) { e.child() }, do: func(e *enforced) string {
		one[*rop.OpenFolderResponse](e.world, &rop.OpenFolderRequest{InOut: inOut(0, 3), FolderID: e.rootID()})
		one[*rop.GetHierarchyTableResponse](e.world, &rop.GetHierarchyTableRequest{InOut: inOut(3, 4), TableFlags: mapi.TableDepth})
		one[*rop.SetColumnsResponse](e.world, &rop.SetColumnsRequest{In: in(4), PropertyTags: []mapi.PropTag{mapi.TagFolderId}})
		for _, row := range one[*rop.QueryRowsResponse](e.world, &rop.QueryRowsRequest{In: in(4), ForwardRead: true, RowCount: 500}).Rows {
			if row.Values[0].ObjectID() == e.fid() {
				return "."
			}
		}
		return "n"
	}},
	step("CreateFolder", "nncccc.c..", func(e *enforced) rop.Request {
		e.n++
		return &rop.CreateFolderRequest{InOut: inOut(1, 3), FolderType: 1, DisplayName: fmt.Sprint("new ", e.n)}
	}),
	{name: "CreateFolderOpenExisting", want: "nn........", before: func(e *enforced) {
		e.n++
		one[*rop.CreateFolderResponse](e.world, &rop.CreateFolderRequest{InOut: inOut(1, 3), FolderType: 1, DisplayName: fmt.Sprint("there ", e.n)})
	}, do: func(e *enforced) string {
		return e.answer(&rop.CreateFolderRequest{InOut: inOut(1, 3), FolderType: 1, OpenExisting: true, DisplayName: fmt.Sprint("there ", e.n)})
	}},
	step("DeleteFolder", "nnddddddd.", func(e *enforced) rop.Request { return &rop.DeleteFolderRequest{In: in(1), FolderID: e.child()} }),
	step("MoveFolderAway", "nnppppppp.", func(e *enforced) rop.Request {
		return &rop.MoveFolderRequest{SrcDst: srcDst(1, 2), FolderID: e.child()}
	}),
	step("CopyFolderAway", "nnd.......", func(e *enforced) rop.Request {
		return &rop.CopyFolderRequest{SrcDst: srcDst(1, 2), FolderID: e.child()}
	}),
	{name: "MoveFolderHere", want: "nncccc.c..", before: func(e *enforced) {
		e.n++
		one[*rop.CreateFolderResponse](e.world, &rop.CreateFolderRequest{InOut: inOut(2, 3), FolderType: 1, DisplayName: fmt.Sprint("mine ", e.n)})
	}, do: func(e *enforced) string {
		return e.answer(&rop.MoveFolderRequest{SrcDst: srcDst(2, 1), FolderID: e.folderID(3)})
	}},
	{name: "CopyFolderHere", want: "nncccc.c..", before: func(e *enforced) {
		e.n++
		one[*rop.CreateFolderResponse](e.world, &rop.CreateFolderRequest{InOut: inOut(2, 3), FolderType: 1, DisplayName: fmt.Sprint("mine ", e.n)})
	}, do: func(e *enforced) string {
		return e.answer(&rop.CopyFolderRequest{SrcDst: srcDst(2, 1), FolderID: e.folderID(3)})
	}},
	step("GetPermissionsTable", "nn........", func(e *enforced) rop.Request { return &rop.GetPermissionsTableRequest{InOut: inOut(1, 3)} }),
	step("ModifyPermissions", "nnddddddd.", func(e *enforced) rop.Request {
		return modifyPermissions(0, e.permission(mapi.PermissionAdd, "carol", 0, 0))
	}),
	step("GetRulesTable", "nnddddddd.", func(e *enforced) rop.Request { return &rop.GetRulesTableRequest{InOut: inOut(1, 3)} }),
	step("ModifyRules", "nnddddddd.", func(e *enforced) rop.Request { return modifyRules(0, namedRule("x", 1, 1)) }),

	// Its messages.
	step("GetContentsTable", "nnd.......", func(e *enforced) rop.Request { return &rop.GetContentsTableRequest{InOut: inOut(1, 3)} }),
	step("GetContentsTableAssociated", "nnd.......", func(e *enforced) rop.Request {
		return &rop.GetContentsTableRequest{InOut: inOut(1, 3), TableFlags: mapi.TableAssociated}
	}),
	step("GetContentsTableDeleted", "nnd.......", func(e *enforced) rop.Request {
		return &rop.GetContentsTableRequest{InOut: inOut(1, 3), TableFlags: mapi.TableSoftDeletes}
	}),
	step("OpenMessage", "nnd.......", func(e *enforced) rop.Request { return openRequest(3, e.letter(false, false), mapi.OpenModeReadOnly) }),
	step("OpenMessageReadWrite", "nnddddd...", func(e *enforced) rop.Request { return openRequest(3, e.letter(false, false), mapi.OpenModeReadWrite) }),
	step("OpenMessageBestAccess", "nnd.......", func(e *enforced) rop.Request { return openRequest(3, e.letter(false, false), mapi.OpenModeBestAccess) }),
	step("OpenMessageOwn", "nn........", func(e *enforced) rop.Request { return openRequest(3, e.letter(true, false), mapi.OpenModeReadOnly) }),
	step("OpenMessageOwnReadWrite", "nnddd.....", func(e *enforced) rop.Request { return openRequest(3, e.letter(true, false), mapi.OpenModeReadWrite) }),
	step("OpenMessageAssociated", "nnd.......", func(e *enforced) rop.Request { return openRequest(3, e.letter(false, true), mapi.OpenModeReadOnly) }),
	step("CreateMessage", "nn.m......", func(e *enforced) rop.Request {
		return &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: e.fid()}
	}),
	step("CreateMessageAssociated", "nnmmmmmmm.", func(e *enforced) rop.Request {
		return &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: e.fid(), AssociatedFlag: true}
	}),
	{name: "SaveChangesMessageNew", want: "mm.m......", before: func(e *enforced) {
		one[*rop.CreateMessageResponse](e.world, &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: e.fid()})
	}, do: func(e *enforced) string { return e.answer(saveRequest(3, 0)) }},
	{name: "SaveChangesMessage", want: "ddddddd...", before: func(e *enforced) { e.openLetter(false) }, do: func(e *enforced) string { return e.answer(saveRequest(3, 0)) }},
	{name: "SaveChangesMessageOwn", want: "ddddd.....", before: func(e *enforced) { e.openLetter(true) }, do: func(e *enforced) string { return e.answer(saveRequest(3, 0)) }},
	{name: "ModifyRecipients", want: "ddddddd...", before: func(e *enforced) { e.openLetter(false) }, do: func(e *enforced) string {
		return e.answer(&rop.ModifyRecipientsRequest{In: in(3)}, &rop.RemoveAllRecipientsRequest{In: in(3)}, saveRequest(3, 0))
	}},
	{name: "SetPropertiesOfMessage", want: "ddddddd...", before: func(e *enforced) { e.openLetter(false) }, do: func(e *enforced) string {
		return e.answer(&rop.SetPropertiesRequest{In: in(3), PropertyValues: []prop.Tagged{text(mapi.TagSubject, "x")}}, saveRequest(3, 0))
	}},
	{name: "SetMessageReadFlag", want: "nnd.......", before: func(e *enforced) { e.openLetter(false) }, do: func(e *enforced) string {
		req := &rop.SetMessageReadFlagRequest{RespIn: rop.RespIn{ResponseHandleIndex: 1, InputHandleIndex: 3}, ReadFlags: mapi.ReadFlagSuppressReceipt}
		if e.mailbox == e.publicMailbox() {
			req.ClientData = new(rop.ClientData)
		}
		return e.answer(req)
	}},
	// This version does not tell what was not done.
	{name: "SetReadFlags", want: "---.......", do: func(e *enforced) string {
		id := e.letter(false, false)
		answer := e.answer(&rop.SetReadFlagsRequest{In: in(1), ReadFlags: mapi.ReadFlagSuppressReceipt, MessageIDs: []mapi.ID{id}})
		if answer == "." && !e.hasRead(id) {
			answer = "-"
		}
		return answer
	}},
	step("GetMessageStatus", "nnd.......", func(e *enforced) rop.Request {
		return &rop.GetMessageStatusRequest{In: in(1), MessageID: e.letter(false, false)}
	}),
	step("SetMessageStatus", "nnddddd...", func(e *enforced) rop.Request {
		return &rop.SetMessageStatusRequest{In: in(1), MessageID: e.letter(false, false), MessageStatusMask: mapi.MsRemoteDownload}
	}),
	step("SetMessageStatusOwn", "nnddd.....", func(e *enforced) rop.Request {
		return &rop.SetMessageStatusRequest{In: in(1), MessageID: e.letter(true, false), MessageStatusMask: mapi.MsRemoteDownload}
	}),
	step("DeleteMessages", "ppppppp...", func(e *enforced) rop.Request {
		return &rop.DeleteMessagesRequest{In: in(1), MessageIDs: []mapi.ID{e.letter(false, false)}}
	}),
	step("DeleteMessagesOwn", "pppp......", func(e *enforced) rop.Request {
		return &rop.DeleteMessagesRequest{In: in(1), MessageIDs: []mapi.ID{e.letter(true, false)}}
	}),
	step("HardDeleteMessages", "ppppppp...", func(e *enforced) rop.Request {
		return &rop.HardDeleteMessagesRequest{In: in(1), MessageIDs: []mapi.ID{e.letter(false, false)}}
	}),
	step("CopyMessagesAway", "ppp.......", func(e *enforced) rop.Request {
		return &rop.MoveCopyMessagesRequest{SrcDst: srcDst(1, 2), MessageIDs: []mapi.ID{e.letter(false, false)}, WantCopy: true}
	}),
	step("CopyMessagesOwnAway", "pp........", func(e *enforced) rop.Request {
		return &rop.MoveCopyMessagesRequest{SrcDst: srcDst(1, 2), MessageIDs: []mapi.ID{e.letter(true, false)}, WantCopy: true}
	}),
	step("MoveMessagesAway", "ppppppp...", func(e *enforced) rop.Request {
		return &rop.MoveCopyMessagesRequest{SrcDst: srcDst(1, 2), MessageIDs: []mapi.ID{e.letter(false, false)}}
	}),
	step("MoveMessagesOwnAway", "pppp......", func(e *enforced) rop.Request {
		return &rop.MoveCopyMessagesRequest{SrcDst: srcDst(1, 2), MessageIDs: []mapi.ID{e.letter(true, false)}}
	}),
	{name: "CopyMessagesHere", want: "nn.d......", before: func(e *enforced) { e.mine() }, do: func(e *enforced) string {
		return e.answer(&rop.MoveCopyMessagesRequest{SrcDst: srcDst(2, 1), MessageIDs: []mapi.ID{e.message}, WantCopy: true})
	}},
	{name: "MoveMessagesHere", want: "nn.d......", before: func(e *enforced) { e.mine() }, do: func(e *enforced) string {
		return e.answer(&rop.MoveCopyMessagesRequest{SrcDst: srcDst(2, 1), MessageIDs: []mapi.ID{e.message}})
	}},
	{name: "OpenAttachment", want: "ddddddd...", before: func(e *enforced) { e.openLetter(false) }, do: func(e *enforced) string {
		return e.answer(&rop.OpenAttachmentRequest{InOut: inOut(3, 4), OpenAttachmentFlags: mapi.OpenModeReadWrite},
			&rop.SetPropertiesRequest{In: in(4), PropertyValues: []prop.Tagged{text(mapi.TagAttachLongFilename, "x")}},
			saveAttachmentRequest(4, 0), saveRequest(3, 0))
	}},
	{name: "CreateAttachment", want: "ddddddd...", before: func(e *enforced) { e.openLetter(false) }, do: func(e *enforced) string {
		return e.answer(&rop.CreateAttachmentRequest{InOut: inOut(3, 4)}, saveAttachmentRequest(4, 0), saveRequest(3, 0))
	}},
	{name: "DeleteAttachment", want: "ddddddd...", before: func(e *enforced) { e.openLetter(false) }, do: func(e *enforced) string {
		return e.answer(&rop.DeleteAttachmentRequest{In: in(3)}, saveRequest(3, 0))
	}},
	{name: "OpenEmbeddedMessage", want: "ddddddd...", before: func(e *enforced) { e.openLetter(false) }, do: func(e *enforced) string {
		return e.answer(&rop.OpenAttachmentRequest{InOut: inOut(3, 4), OpenAttachmentFlags: mapi.OpenModeReadWrite},
			&rop.OpenEmbeddedMessageRequest{InOut: inOut(4, 5), CodePageID: 0x0FFF, OpenModeFlags: mapi.OpenModeReadWrite},
			saveRequest(5, 0), saveAttachmentRequest(4, 0), saveRequest(3, 0))
	}},
	{name: "WriteStreamOfMessage", want: "ddddddd...", before: func(e *enforced) { e.openLetter(false) }, do: func(e *enforced) string {
		return e.answer(&rop.OpenStreamRequest{InOut: inOut(3, 4), PropertyTag: mapi.TagBody, OpenModeFlags: mapi.OpenModeCreate},
			&rop.WriteStreamRequest{In: in(4), Data: []byte("x\x00")}, &rop.CommitStreamRequest{In: in(4)}, saveRequest(3, 0))
	}},
	{name: "QueryRows", want: "nnd.......", before: func(e *enforced) {
		e.letter(false, false)
		one[*rop.GetContentsTableResponse](e.world, &rop.GetContentsTableRequest{InOut: inOut(1, 3)})
		one[*rop.SetColumnsResponse](e.world, &rop.SetColumnsRequest{In: in(3), PropertyTags: []mapi.PropTag{mapi.TagSubject}})
	}, do: func(e *enforced) string {
		return e.answer(&rop.QueryRowsRequest{In: in(3), ForwardRead: true, RowCount: 1})
	}},
	{name: "QueryRowsOfPermissions", want: "nn........", before: func(e *enforced) {
		one[*rop.GetPermissionsTableResponse](e.world, &rop.GetPermissionsTableRequest{InOut: inOut(1, 3)})
		one[*rop.SetColumnsResponse](e.world, &rop.SetColumnsRequest{In: in(3), PropertyTags: permissionColumns})
	}, do: func(e *enforced) string {
		return e.answer(&rop.QueryRowsRequest{In: in(3), ForwardRead: true, RowCount: 1})
	}},
	{name: "QueryRowsOfRules", want: "nnddddddd.", before: func(e *enforced) {
		one[*rop.GetRulesTableResponse](e.world, &rop.GetRulesTableRequest{InOut: inOut(1, 3)})
		one[*rop.SetColumnsResponse](e.world, &rop.SetColumnsRequest{In: in(3), PropertyTags: ruleColumns})
	}, do: func(e *enforced) string {
		return e.answer(&rop.QueryRowsRequest{In: in(3), ForwardRead: true, RowCount: 1})
	}},
	step("EmptyFolder", "nnppppp...", func(e *enforced) rop.Request {
		e.clear()
		e.letter(false, false)
		return &rop.EmptyFolderRequest{In: in(1)}
	}),
	step("EmptyFolderWithSubfolder", "nnppppppp.", func(e *enforced) rop.Request {
		e.clear()
		e.child()
		return &rop.EmptyFolderRequest{In: in(1)}
	}),
	step("HardDeleteMessagesAndSubfolders", "nnppppp...", func(e *enforced) rop.Request {
		e.clear()
		e.letter(false, false)
		return &rop.HardDeleteMessagesAndSubfoldersRequest{In: in(1)}
	}),

	{name: "SubmitMessage", want: "dd.d...... ssssssssss", before: func(e *enforced) {
		one[*rop.CreateMessageResponse](e.world, &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: e.fid()})
		one[*rop.ModifyRecipientsResponse](e.world, &rop.ModifyRecipientsRequest{In: in(3), RecipientRows: []rop.ModifyRecipientRow{
			{RecipientType: 1, RecipientRow: smtpRow("Carol", "carol@mapid.test")},
		}})
	}, do: func(e *enforced) string { return e.answer(&rop.SubmitMessageRequest{In: in(3)}) }},
	{name: "SetSearchCriteria", want: "nnd....... 0000000000", before: func(e *enforced) { e.searchFolder() }, do: func(e *enforced) string {
		return e.answer(&rop.SetSearchCriteriaRequest{In: in(3), Restriction: prop.ExistRestriction{Tag: mapi.TagSubject}, FolderIDs: []mapi.ID{e.fid()}})
	}},
	{name: "GetSearchCriteria", want: ".......... 0000000000", before: func(e *enforced) {
		e.searchFolder()
		e.run(&rop.SetSearchCriteriaRequest{In: in(3), Restriction: prop.ExistRestriction{Tag: mapi.TagSubject}, FolderIDs: []mapi.ID{e.fid()}})
	}, do: func(e *enforced) string {
		return e.answer(&rop.GetSearchCriteriaRequest{In: in(3), IncludeFolders: true})
	}},
	step("RegisterNotification", "nn........", func(e *enforced) rop.Request {
		return &rop.RegisterNotificationRequest{InOut: inOut(0, 3), NotificationTypes: 2, FolderID: e.fid()}
	}),
	step("RegisterNotificationOfMessage", "nnd.......", func(e *enforced) rop.Request {
		return &rop.RegisterNotificationRequest{InOut: inOut(0, 3), NotificationTypes: 2, FolderID: e.fid(), MessageID: e.letter(false, false)}
	}),

	// The mailbox, which needs no right on the folder.
	step("AbortSubmit", "dddddddddd ssssssssss q", func(e *enforced) rop.Request {
		return &rop.AbortSubmitRequest{In: in(0), FolderID: e.fid(), MessageID: e.letter(false, false)}
	}),
	step("SpoolerLockMessage", "dddddddddd ssssssssss q", func(e *enforced) rop.Request {
		return &rop.SpoolerLockMessageRequest{In: in(0), MessageID: e.letter(false, false)}
	}),
	step("TransportNewMail", "dddddddddd ssssssssss", func(e *enforced) rop.Request {
		return &rop.TransportNewMailRequest{In: in(0), MessageID: e.letter(false, false), FolderID: e.fid(), MessageClass: "IPM.Note"}
	}),
	step("GetTransportFolder", ".......... ssssssssss", func(e *enforced) rop.Request { return &rop.GetTransportFolderRequest{In: in(0)} }),
	step("SetReceiveFolder", "dddddddddd ssssssssss", func(e *enforced) rop.Request {
		return &rop.SetReceiveFolderRequest{In: in(0), FolderID: e.fid(), MessageClass: "IPM.Test"}
	}),
	step("GetReceiveFolder", ".......... ssssssssss", func(e *enforced) rop.Request {
		return &rop.GetReceiveFolderRequest{In: in(0), MessageClass: "IPM.Test"}
	}),
	step("GetReceiveFolderTable", ".......... ssssssssss", func(e *enforced) rop.Request { return &rop.GetReceiveFolderTableRequest{In: in(0)} }),
	step("UpdateDeferredActionMessages", "dddddddddd ssssssssss", func(e *enforced) rop.Request {
		return &rop.UpdateDeferredActionMessagesRequest{In: in(0), ServerEntryID: make([]byte, 21)}
	}),
	step("GetPropertyIdsFromNames", "..........", func(e *enforced) rop.Request {
		e.n++
		return &rop.GetPropertyIdsFromNamesRequest{In: in(1), Flags: 2, PropertyNames: []prop.Name{{Kind: prop.NameString, GUID: mapi.PsInternetHeaders, Text: fmt.Sprint("x-", e.n)}}}
	}),
	step("GetNamesFromPropertyIds", "..........", func(e *enforced) rop.Request {
		return &rop.GetNamesFromPropertyIdsRequest{In: in(1), PropertyIDs: []uint16{0x8001}}
	}),
	step("SetPropertiesOfLogon", "dddddddddd", func(e *enforced) rop.Request {
		return &rop.SetPropertiesRequest{In: in(0), PropertyValues: []prop.Tagged{text(mapi.TagComment, "x")}}
	}),
	step("PublicFolderIsGhosted", ".......... nn........", func(e *enforced) rop.Request {
		return &rop.PublicFolderIsGhostedRequest{In: in(0), FolderID: e.fid()}
	}),
	step("GetOwningServers", ".......... nn........", func(e *enforced) rop.Request { return &rop.GetOwningServersRequest{In: in(0), FolderID: e.fid()} }),
	step("ReadPerUserInformation", ".......... nn........", func(e *enforced) rop.Request {
		return &rop.ReadPerUserInformationRequest{In: in(0), FolderID: prop.LongTermID{DatabaseGUID: organization.ReplicaGUID(), GlobalCounter: uint64(e.folder)}}
	}),
}

func srcDst(src, dst uint8) rop.SrcDst {
	return rop.SrcDst{SourceHandleIndex: src, DestHandleIndex: dst}
}

// fid is the folder's.
func (e *enforced) fid() mapi.ID { return mapi.NewID(1, uint64(e.folder)) }

// rootID is the FID of the top of what is seen of the mailbox.
func (e *enforced) rootID() (id mapi.ID) {
	e.t.Helper()
	err := e.store.View(e.t.Context(), store.Scope{}, func(r store.Reader) error {
		m, err := r.Mailbox(e.mailbox)
		id = mapi.NewID(1, uint64(m.Special[store.SpecialRoot]))
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return id
}

// openLetter opens a message for writing at index 3.
func (e *enforced) openLetter(own bool) {
	e.t.Helper()
	e.openAt(3, e.letter(own, false), mapi.OpenModeReadWrite)
}

// mine makes a message in bob's folder.
func (e *enforced) mine() {
	e.t.Helper()
	one[*rop.CreateMessageResponse](e.world, &rop.CreateMessageRequest{InOut: inOut(2, 3), CodePageID: 0x0FFF, FolderID: e.folderID(2)})
	e.message = e.save(3)
}

// hasRead reports whether a message is marked as read, by anybody or by bob.
func (e *enforced) hasRead(id mapi.ID) (marked bool) {
	e.t.Helper()
	err := e.store.View(e.t.Context(), store.Scope{}, func(r store.Reader) error {
		m, err := r.Message(store.MessageID(id.Counter()))
		if err != nil {
			return err
		}
		have, err := r.HaveRead(e.setup.user, m.Folder, []store.MessageID{m.ID})
		marked = m.Flags&mapi.MfRead != 0 || have[m.ID]
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return marked
}

// clear empties the folder.
func (e *enforced) clear() {
	e.t.Helper()
	e.update(func(tx store.Tx) error {
		children, err := tx.Folders(e.folder, false, false)
		for i := 0; err == nil && i < len(children); i++ {
			err = tx.DeleteFolder(children[i].ID, true)
		}
		var ids []store.MessageID
		for _, sel := range []store.Selection{{Folder: e.folder}, {Folder: e.folder, Associated: true}} {
			if err == nil {
				err = tx.Scan(sel, nil, func(id store.MessageID, _ []prop.Value) error { ids = append(ids, id); return nil })
			}
		}
		for i := 0; err == nil && i < len(ids); i++ {
			err = tx.DeleteMessage(ids[i], true)
		}
		return err
	})
}

// searchFolder makes a search folder where bob may, and opens it at index 3.
func (e *enforced) searchFolder() {
	e.t.Helper()
	e.n++
	e.run(&rop.CreateFolderRequest{InOut: inOut(2, 3), FolderType: 2, DisplayName: fmt.Sprint("search ", e.n)})
}
