package rop

// RopIds, [MS-OXCROPS] 2.2.2. Ids that are not here are reserved.
const (
	Release                                  ID = 0x01
	OpenFolder                               ID = 0x02
	OpenMessage                              ID = 0x03
	GetHierarchyTable                        ID = 0x04
	GetContentsTable                         ID = 0x05
	CreateMessage                            ID = 0x06
	GetPropertiesSpecific                    ID = 0x07
	GetPropertiesAll                         ID = 0x08
	GetPropertiesList                        ID = 0x09
	SetProperties                            ID = 0x0A
	DeleteProperties                         ID = 0x0B
	SaveChangesMessage                       ID = 0x0C
	RemoveAllRecipients                      ID = 0x0D
	ModifyRecipients                         ID = 0x0E
	ReadRecipients                           ID = 0x0F
	ReloadCachedInformation                  ID = 0x10
	SetMessageReadFlag                       ID = 0x11
	SetColumns                               ID = 0x12
	SortTable                                ID = 0x13
	Restrict                                 ID = 0x14
	QueryRows                                ID = 0x15
	GetStatus                                ID = 0x16
	QueryPosition                            ID = 0x17
	SeekRow                                  ID = 0x18
	SeekRowBookmark                          ID = 0x19
	SeekRowFractional                        ID = 0x1A
	CreateBookmark                           ID = 0x1B
	CreateFolder                             ID = 0x1C
	DeleteFolder                             ID = 0x1D
	DeleteMessages                           ID = 0x1E
	GetMessageStatus                         ID = 0x1F
	SetMessageStatus                         ID = 0x20
	GetAttachmentTable                       ID = 0x21
	OpenAttachment                           ID = 0x22
	CreateAttachment                         ID = 0x23
	DeleteAttachment                         ID = 0x24
	SaveChangesAttachment                    ID = 0x25
	SetReceiveFolder                         ID = 0x26
	GetReceiveFolder                         ID = 0x27
	RegisterNotification                     ID = 0x29
	Notify                                   ID = 0x2A
	OpenStream                               ID = 0x2B
	ReadStream                               ID = 0x2C
	WriteStream                              ID = 0x2D
	SeekStream                               ID = 0x2E
	SetStreamSize                            ID = 0x2F
	SetSearchCriteria                        ID = 0x30
	GetSearchCriteria                        ID = 0x31
	SubmitMessage                            ID = 0x32
	MoveCopyMessages                         ID = 0x33
	AbortSubmit                              ID = 0x34
	MoveFolder                               ID = 0x35
	CopyFolder                               ID = 0x36
	QueryColumnsAll                          ID = 0x37
	Abort                                    ID = 0x38
	CopyTo                                   ID = 0x39
	CopyToStream                             ID = 0x3A
	CloneStream                              ID = 0x3B
	GetPermissionsTable                      ID = 0x3E
	GetRulesTable                            ID = 0x3F
	ModifyPermissions                        ID = 0x40
	ModifyRules                              ID = 0x41
	GetOwningServers                         ID = 0x42
	LongTermIdFromId                         ID = 0x43
	IdFromLongTermId                         ID = 0x44
	PublicFolderIsGhosted                    ID = 0x45
	OpenEmbeddedMessage                      ID = 0x46
	SetSpooler                               ID = 0x47
	SpoolerLockMessage                       ID = 0x48
	GetAddressTypes                          ID = 0x49
	TransportSend                            ID = 0x4A
	FastTransferSourceCopyMessages           ID = 0x4B
	FastTransferSourceCopyFolder             ID = 0x4C
	FastTransferSourceCopyTo                 ID = 0x4D
	FastTransferSourceGetBuffer              ID = 0x4E
	FindRow                                  ID = 0x4F
	Progress                                 ID = 0x50
	TransportNewMail                         ID = 0x51
	GetValidAttachments                      ID = 0x52
	FastTransferDestinationConfigure         ID = 0x53
	FastTransferDestinationPutBuffer         ID = 0x54
	GetNamesFromPropertyIds                  ID = 0x55
	GetPropertyIdsFromNames                  ID = 0x56
	UpdateDeferredActionMessages             ID = 0x57
	EmptyFolder                              ID = 0x58
	ExpandRow                                ID = 0x59
	CollapseRow                              ID = 0x5A
	LockRegionStream                         ID = 0x5B
	UnlockRegionStream                       ID = 0x5C
	CommitStream                             ID = 0x5D
	GetStreamSize                            ID = 0x5E
	QueryNamedProperties                     ID = 0x5F
	GetPerUserLongTermIds                    ID = 0x60
	GetPerUserGuid                           ID = 0x61
	ReadPerUserInformation                   ID = 0x63
	WritePerUserInformation                  ID = 0x64
	SetReadFlags                             ID = 0x66
	CopyProperties                           ID = 0x67
	GetReceiveFolderTable                    ID = 0x68
	FastTransferSourceCopyProperties         ID = 0x69
	GetCollapseState                         ID = 0x6B
	SetCollapseState                         ID = 0x6C
	GetTransportFolder                       ID = 0x6D
	Pending                                  ID = 0x6E
	OptionsData                              ID = 0x6F
	SynchronizationConfigure                 ID = 0x70
	SynchronizationImportMessageChange       ID = 0x72
	SynchronizationImportHierarchyChange     ID = 0x73
	SynchronizationImportDeletes             ID = 0x74
	SynchronizationUploadStateStreamBegin    ID = 0x75
	SynchronizationUploadStateStreamContinue ID = 0x76
	SynchronizationUploadStateStreamEnd      ID = 0x77
	SynchronizationImportMessageMove         ID = 0x78
	SetPropertiesNoReplicate                 ID = 0x79
	DeletePropertiesNoReplicate              ID = 0x7A
	GetStoreState                            ID = 0x7B
	SynchronizationOpenCollector             ID = 0x7E
	GetLocalReplicaIds                       ID = 0x7F
	SynchronizationImportReadStateChanges    ID = 0x80
	ResetTable                               ID = 0x81
	SynchronizationGetTransferState          ID = 0x82
	TellVersion                              ID = 0x86
	FreeBookmark                             ID = 0x89
	WriteAndCommitStream                     ID = 0x90
	HardDeleteMessages                       ID = 0x91
	HardDeleteMessagesAndSubfolders          ID = 0x92
	SetLocalReplicaMidsetDeleted             ID = 0x93
	FastTransferDestinationPutBufferExtended ID = 0x9D
	WriteStreamExtended                      ID = 0xA3
	Backoff                                  ID = 0xF9
	Logon                                    ID = 0xFE
	BufferTooSmall                           ID = 0xFF
)

// Codec is one row of the table of ROPs.
type Codec struct {
	ID          ID
	Name        string          // as in the specification: RopOpenFolder
	Section     string          // of [MS-OXCROPS]
	NewRequest  func() Request  // nil for ROPs that only servers send
	NewResponse func() Response // nil for RopRelease, which has none
}

// Codecs holds every ROP with a public layout, in id order. Trace, metrics, fuzzing, the round-trip test and the
// coverage page are derived from it.
var Codecs = []Codec{
	{Release, "RopRelease", "2.2.15.3", func() Request { return new(ReleaseRequest) }, nil},
	{OpenFolder, "RopOpenFolder", "2.2.4.1", func() Request { return new(OpenFolderRequest) }, func() Response { return new(OpenFolderResponse) }},
	{OpenMessage, "RopOpenMessage", "2.2.6.1", func() Request { return new(OpenMessageRequest) }, func() Response { return new(OpenMessageResponse) }},
	{GetHierarchyTable, "RopGetHierarchyTable", "2.2.4.13", func() Request { return new(GetHierarchyTableRequest) }, func() Response { return new(GetHierarchyTableResponse) }},
	{GetContentsTable, "RopGetContentsTable", "2.2.4.14", func() Request { return new(GetContentsTableRequest) }, func() Response { return new(GetContentsTableResponse) }},
	{CreateMessage, "RopCreateMessage", "2.2.6.2", func() Request { return new(CreateMessageRequest) }, func() Response { return new(CreateMessageResponse) }},
	{GetPropertiesSpecific, "RopGetPropertiesSpecific", "2.2.8.3", func() Request { return new(GetPropertiesSpecificRequest) }, func() Response { return new(GetPropertiesSpecificResponse) }},
	{GetPropertiesAll, "RopGetPropertiesAll", "2.2.8.4", func() Request { return new(GetPropertiesAllRequest) }, func() Response { return new(GetPropertiesAllResponse) }},
	{GetPropertiesList, "RopGetPropertiesList", "2.2.8.5", func() Request { return new(GetPropertiesListRequest) }, func() Response { return new(GetPropertiesListResponse) }},
	{SetProperties, "RopSetProperties", "2.2.8.6", func() Request { return new(SetPropertiesRequest) }, func() Response { return new(SetPropertiesResponse) }},
	{DeleteProperties, "RopDeleteProperties", "2.2.8.8", func() Request { return new(DeletePropertiesRequest) }, func() Response { return new(DeletePropertiesResponse) }},
	{SaveChangesMessage, "RopSaveChangesMessage", "2.2.6.3", func() Request { return new(SaveChangesMessageRequest) }, func() Response { return new(SaveChangesMessageResponse) }},
	{RemoveAllRecipients, "RopRemoveAllRecipients", "2.2.6.4", func() Request { return new(RemoveAllRecipientsRequest) }, func() Response { return new(RemoveAllRecipientsResponse) }},
	{ModifyRecipients, "RopModifyRecipients", "2.2.6.5", func() Request { return new(ModifyRecipientsRequest) }, func() Response { return new(ModifyRecipientsResponse) }},
	{ReadRecipients, "RopReadRecipients", "2.2.6.6", func() Request { return new(ReadRecipientsRequest) }, func() Response { return new(ReadRecipientsResponse) }},
	{ReloadCachedInformation, "RopReloadCachedInformation", "2.2.6.7", func() Request { return new(ReloadCachedInformationRequest) }, func() Response { return new(ReloadCachedInformationResponse) }},
	{SetMessageReadFlag, "RopSetMessageReadFlag", "2.2.6.11", func() Request { return new(SetMessageReadFlagRequest) }, func() Response { return new(SetMessageReadFlagResponse) }},
	{SetColumns, "RopSetColumns", "2.2.5.1", func() Request { return new(SetColumnsRequest) }, func() Response { return new(SetColumnsResponse) }},
	{SortTable, "RopSortTable", "2.2.5.2", func() Request { return new(SortTableRequest) }, func() Response { return new(SortTableResponse) }},
	{Restrict, "RopRestrict", "2.2.5.3", func() Request { return new(RestrictRequest) }, func() Response { return new(RestrictResponse) }},
	{QueryRows, "RopQueryRows", "2.2.5.4", func() Request { return new(QueryRowsRequest) }, func() Response { return new(QueryRowsResponse) }},
	{GetStatus, "RopGetStatus", "2.2.5.6", func() Request { return new(GetStatusRequest) }, func() Response { return new(GetStatusResponse) }},
	{QueryPosition, "RopQueryPosition", "2.2.5.7", func() Request { return new(QueryPositionRequest) }, func() Response { return new(QueryPositionResponse) }},
	{SeekRow, "RopSeekRow", "2.2.5.8", func() Request { return new(SeekRowRequest) }, func() Response { return new(SeekRowResponse) }},
	{SeekRowBookmark, "RopSeekRowBookmark", "2.2.5.9", func() Request { return new(SeekRowBookmarkRequest) }, func() Response { return new(SeekRowBookmarkResponse) }},
	{SeekRowFractional, "RopSeekRowFractional", "2.2.5.10", func() Request { return new(SeekRowFractionalRequest) }, func() Response { return new(SeekRowFractionalResponse) }},
	{CreateBookmark, "RopCreateBookmark", "2.2.5.11", func() Request { return new(CreateBookmarkRequest) }, func() Response { return new(CreateBookmarkResponse) }},
	{CreateFolder, "RopCreateFolder", "2.2.4.2", func() Request { return new(CreateFolderRequest) }, func() Response { return new(CreateFolderResponse) }},
	{DeleteFolder, "RopDeleteFolder", "2.2.4.3", func() Request { return new(DeleteFolderRequest) }, func() Response { return new(DeleteFolderResponse) }},
	{DeleteMessages, "RopDeleteMessages", "2.2.4.11", func() Request { return new(DeleteMessagesRequest) }, func() Response { return new(DeleteMessagesResponse) }},
	{GetMessageStatus, "RopGetMessageStatus", "2.2.6.9", func() Request { return new(GetMessageStatusRequest) }, func() Response { return new(GetMessageStatusResponse) }},
	{SetMessageStatus, "RopSetMessageStatus", "2.2.6.8", func() Request { return new(SetMessageStatusRequest) }, func() Response { return new(SetMessageStatusResponse) }},
	{GetAttachmentTable, "RopGetAttachmentTable", "2.2.6.17", func() Request { return new(GetAttachmentTableRequest) }, func() Response { return new(GetAttachmentTableResponse) }},
	{OpenAttachment, "RopOpenAttachment", "2.2.6.12", func() Request { return new(OpenAttachmentRequest) }, func() Response { return new(OpenAttachmentResponse) }},
	{CreateAttachment, "RopCreateAttachment", "2.2.6.13", func() Request { return new(CreateAttachmentRequest) }, func() Response { return new(CreateAttachmentResponse) }},
	{DeleteAttachment, "RopDeleteAttachment", "2.2.6.14", func() Request { return new(DeleteAttachmentRequest) }, func() Response { return new(DeleteAttachmentResponse) }},
	{SaveChangesAttachment, "RopSaveChangesAttachment", "2.2.6.15", func() Request { return new(SaveChangesAttachmentRequest) }, func() Response { return new(SaveChangesAttachmentResponse) }},
	{SetReceiveFolder, "RopSetReceiveFolder", "2.2.3.3", func() Request { return new(SetReceiveFolderRequest) }, func() Response { return new(SetReceiveFolderResponse) }},
	{GetReceiveFolder, "RopGetReceiveFolder", "2.2.3.2", func() Request { return new(GetReceiveFolderRequest) }, func() Response { return new(GetReceiveFolderResponse) }},
	{RegisterNotification, "RopRegisterNotification", "2.2.14.1", func() Request { return new(RegisterNotificationRequest) }, func() Response { return new(RegisterNotificationResponse) }},
	{Notify, "RopNotify", "2.2.14.2", nil, func() Response { return new(NotifyResponse) }},
	{OpenStream, "RopOpenStream", "2.2.9.1", func() Request { return new(OpenStreamRequest) }, func() Response { return new(OpenStreamResponse) }},
	{ReadStream, "RopReadStream", "2.2.9.2", func() Request { return new(ReadStreamRequest) }, func() Response { return new(ReadStreamResponse) }},
	{WriteStream, "RopWriteStream", "2.2.9.3", func() Request { return new(WriteStreamRequest) }, func() Response { return new(WriteStreamResponse) }},
	{SeekStream, "RopSeekStream", "2.2.9.8", func() Request { return new(SeekStreamRequest) }, func() Response { return new(SeekStreamResponse) }},
	{SetStreamSize, "RopSetStreamSize", "2.2.9.7", func() Request { return new(SetStreamSizeRequest) }, func() Response { return new(SetStreamSizeResponse) }},
	{SetSearchCriteria, "RopSetSearchCriteria", "2.2.4.4", func() Request { return new(SetSearchCriteriaRequest) }, func() Response { return new(SetSearchCriteriaResponse) }},
	{GetSearchCriteria, "RopGetSearchCriteria", "2.2.4.5", func() Request { return new(GetSearchCriteriaRequest) }, func() Response { return new(GetSearchCriteriaResponse) }},
	{SubmitMessage, "RopSubmitMessage", "2.2.7.1", func() Request { return new(SubmitMessageRequest) }, func() Response { return new(SubmitMessageResponse) }},
	{MoveCopyMessages, "RopMoveCopyMessages", "2.2.4.6", func() Request { return new(MoveCopyMessagesRequest) }, func() Response { return new(MoveCopyMessagesResponse) }},
	{AbortSubmit, "RopAbortSubmit", "2.2.7.2", func() Request { return new(AbortSubmitRequest) }, func() Response { return new(AbortSubmitResponse) }},
	{MoveFolder, "RopMoveFolder", "2.2.4.7", func() Request { return new(MoveFolderRequest) }, func() Response { return new(MoveFolderResponse) }},
	{CopyFolder, "RopCopyFolder", "2.2.4.8", func() Request { return new(CopyFolderRequest) }, func() Response { return new(CopyFolderResponse) }},
	{QueryColumnsAll, "RopQueryColumnsAll", "2.2.5.12", func() Request { return new(QueryColumnsAllRequest) }, func() Response { return new(QueryColumnsAllResponse) }},
	{Abort, "RopAbort", "2.2.5.5", func() Request { return new(AbortRequest) }, func() Response { return new(AbortResponse) }},
	{CopyTo, "RopCopyTo", "2.2.8.12", func() Request { return new(CopyToRequest) }, func() Response { return new(CopyToResponse) }},
	{CopyToStream, "RopCopyToStream", "2.2.9.9", func() Request { return new(CopyToStreamRequest) }, func() Response { return new(CopyToStreamResponse) }},
	{CloneStream, "RopCloneStream", "2.2.9.13", func() Request { return new(CloneStreamRequest) }, func() Response { return new(CloneStreamResponse) }},
	{GetPermissionsTable, "RopGetPermissionsTable", "2.2.10.2", func() Request { return new(GetPermissionsTableRequest) }, func() Response { return new(GetPermissionsTableResponse) }},
	{GetRulesTable, "RopGetRulesTable", "2.2.11.2", func() Request { return new(GetRulesTableRequest) }, func() Response { return new(GetRulesTableResponse) }},
	{ModifyPermissions, "RopModifyPermissions", "2.2.10.1", func() Request { return new(ModifyPermissionsRequest) }, func() Response { return new(ModifyPermissionsResponse) }},
	{ModifyRules, "RopModifyRules", "2.2.11.1", func() Request { return new(ModifyRulesRequest) }, func() Response { return new(ModifyRulesResponse) }},
	{GetOwningServers, "RopGetOwningServers", "2.2.3.6", func() Request { return new(GetOwningServersRequest) }, func() Response { return new(GetOwningServersResponse) }},
	{LongTermIdFromId, "RopLongTermIdFromId", "2.2.3.8", func() Request { return new(LongTermIdFromIdRequest) }, func() Response { return new(LongTermIdFromIdResponse) }},
	{IdFromLongTermId, "RopIdFromLongTermId", "2.2.3.9", func() Request { return new(IdFromLongTermIdRequest) }, func() Response { return new(IdFromLongTermIdResponse) }},
	{PublicFolderIsGhosted, "RopPublicFolderIsGhosted", "2.2.3.7", func() Request { return new(PublicFolderIsGhostedRequest) }, func() Response { return new(PublicFolderIsGhostedResponse) }},
	{OpenEmbeddedMessage, "RopOpenEmbeddedMessage", "2.2.6.16", func() Request { return new(OpenEmbeddedMessageRequest) }, func() Response { return new(OpenEmbeddedMessageResponse) }},
	{SetSpooler, "RopSetSpooler", "2.2.7.4", func() Request { return new(SetSpoolerRequest) }, func() Response { return new(SetSpoolerResponse) }},
	{SpoolerLockMessage, "RopSpoolerLockMessage", "2.2.7.5", func() Request { return new(SpoolerLockMessageRequest) }, func() Response { return new(SpoolerLockMessageResponse) }},
	{GetAddressTypes, "RopGetAddressTypes", "2.2.7.3", func() Request { return new(GetAddressTypesRequest) }, func() Response { return new(GetAddressTypesResponse) }},
	{TransportSend, "RopTransportSend", "2.2.7.6", func() Request { return new(TransportSendRequest) }, func() Response { return new(TransportSendResponse) }},
	{FastTransferSourceCopyMessages, "RopFastTransferSourceCopyMessages", "2.2.12.6", func() Request { return new(FastTransferSourceCopyMessagesRequest) }, func() Response { return new(FastTransferSourceCopyMessagesResponse) }},
	{FastTransferSourceCopyFolder, "RopFastTransferSourceCopyFolder", "2.2.12.5", func() Request { return new(FastTransferSourceCopyFolderRequest) }, func() Response { return new(FastTransferSourceCopyFolderResponse) }},
	{FastTransferSourceCopyTo, "RopFastTransferSourceCopyTo", "2.2.12.7", func() Request { return new(FastTransferSourceCopyToRequest) }, func() Response { return new(FastTransferSourceCopyToResponse) }},
	{FastTransferSourceGetBuffer, "RopFastTransferSourceGetBuffer", "2.2.12.4", func() Request { return new(FastTransferSourceGetBufferRequest) }, func() Response { return new(FastTransferSourceGetBufferResponse) }},
	{FindRow, "RopFindRow", "2.2.5.13", func() Request { return new(FindRowRequest) }, func() Response { return new(FindRowResponse) }},
	{Progress, "RopProgress", "2.2.8.13", func() Request { return new(ProgressRequest) }, func() Response { return new(ProgressResponse) }},
	{TransportNewMail, "RopTransportNewMail", "2.2.7.7", func() Request { return new(TransportNewMailRequest) }, func() Response { return new(TransportNewMailResponse) }},
	{GetValidAttachments, "RopGetValidAttachments", "2.2.6.18", func() Request { return new(GetValidAttachmentsRequest) }, func() Response { return new(GetValidAttachmentsResponse) }},
	{FastTransferDestinationConfigure, "RopFastTransferDestinationConfigure", "2.2.12.1", func() Request { return new(FastTransferDestinationConfigureRequest) }, func() Response { return new(FastTransferDestinationConfigureResponse) }},
	{FastTransferDestinationPutBuffer, "RopFastTransferDestinationPutBuffer", "2.2.12.2", func() Request { return new(FastTransferDestinationPutBufferRequest) }, func() Response { return new(FastTransferDestinationPutBufferResponse) }},
	{GetNamesFromPropertyIds, "RopGetNamesFromPropertyIds", "2.2.8.2", func() Request { return new(GetNamesFromPropertyIdsRequest) }, func() Response { return new(GetNamesFromPropertyIdsResponse) }},
	{GetPropertyIdsFromNames, "RopGetPropertyIdsFromNames", "2.2.8.1", func() Request { return new(GetPropertyIdsFromNamesRequest) }, func() Response { return new(GetPropertyIdsFromNamesResponse) }},
	{UpdateDeferredActionMessages, "RopUpdateDeferredActionMessages", "2.2.11.3", func() Request { return new(UpdateDeferredActionMessagesRequest) }, func() Response { return new(UpdateDeferredActionMessagesResponse) }},
	{EmptyFolder, "RopEmptyFolder", "2.2.4.9", func() Request { return new(EmptyFolderRequest) }, func() Response { return new(EmptyFolderResponse) }},
	{ExpandRow, "RopExpandRow", "2.2.5.16", func() Request { return new(ExpandRowRequest) }, func() Response { return new(ExpandRowResponse) }},
	{CollapseRow, "RopCollapseRow", "2.2.5.17", func() Request { return new(CollapseRowRequest) }, func() Response { return new(CollapseRowResponse) }},
	{LockRegionStream, "RopLockRegionStream", "2.2.9.10", func() Request { return new(LockRegionStreamRequest) }, func() Response { return new(LockRegionStreamResponse) }},
	{UnlockRegionStream, "RopUnlockRegionStream", "2.2.9.11", func() Request { return new(UnlockRegionStreamRequest) }, func() Response { return new(UnlockRegionStreamResponse) }},
	{CommitStream, "RopCommitStream", "2.2.9.5", func() Request { return new(CommitStreamRequest) }, func() Response { return new(CommitStreamResponse) }},
	{GetStreamSize, "RopGetStreamSize", "2.2.9.6", func() Request { return new(GetStreamSizeRequest) }, func() Response { return new(GetStreamSizeResponse) }},
	{QueryNamedProperties, "RopQueryNamedProperties", "2.2.8.10", func() Request { return new(QueryNamedPropertiesRequest) }, func() Response { return new(QueryNamedPropertiesResponse) }},
	{GetPerUserLongTermIds, "RopGetPerUserLongTermIds", "2.2.3.10", func() Request { return new(GetPerUserLongTermIdsRequest) }, func() Response { return new(GetPerUserLongTermIdsResponse) }},
	{GetPerUserGuid, "RopGetPerUserGuid", "2.2.3.11", func() Request { return new(GetPerUserGuidRequest) }, func() Response { return new(GetPerUserGuidResponse) }},
	{ReadPerUserInformation, "RopReadPerUserInformation", "2.2.3.12", func() Request { return new(ReadPerUserInformationRequest) }, func() Response { return new(ReadPerUserInformationResponse) }},
	{WritePerUserInformation, "RopWritePerUserInformation", "2.2.3.13", func() Request { return new(WritePerUserInformationRequest) }, func() Response { return new(WritePerUserInformationResponse) }},
	{SetReadFlags, "RopSetReadFlags", "2.2.6.10", func() Request { return new(SetReadFlagsRequest) }, func() Response { return new(SetReadFlagsResponse) }},
	{CopyProperties, "RopCopyProperties", "2.2.8.11", func() Request { return new(CopyPropertiesRequest) }, func() Response { return new(CopyPropertiesResponse) }},
	{GetReceiveFolderTable, "RopGetReceiveFolderTable", "2.2.3.4", func() Request { return new(GetReceiveFolderTableRequest) }, func() Response { return new(GetReceiveFolderTableResponse) }},
	{FastTransferSourceCopyProperties, "RopFastTransferSourceCopyProperties", "2.2.12.8", func() Request { return new(FastTransferSourceCopyPropertiesRequest) }, func() Response { return new(FastTransferSourceCopyPropertiesResponse) }},
	{GetCollapseState, "RopGetCollapseState", "2.2.5.18", func() Request { return new(GetCollapseStateRequest) }, func() Response { return new(GetCollapseStateResponse) }},
	{SetCollapseState, "RopSetCollapseState", "2.2.5.19", func() Request { return new(SetCollapseStateRequest) }, func() Response { return new(SetCollapseStateResponse) }},
	{GetTransportFolder, "RopGetTransportFolder", "2.2.7.8", func() Request { return new(GetTransportFolderRequest) }, func() Response { return new(GetTransportFolderResponse) }},
	{Pending, "RopPending", "2.2.14.3", nil, func() Response { return new(PendingResponse) }},
	{OptionsData, "RopOptionsData", "2.2.7.9", func() Request { return new(OptionsDataRequest) }, func() Response { return new(OptionsDataResponse) }},
	{SynchronizationConfigure, "RopSynchronizationConfigure", "2.2.13.1", func() Request { return new(SynchronizationConfigureRequest) }, func() Response { return new(SynchronizationConfigureResponse) }},
	{SynchronizationImportMessageChange, "RopSynchronizationImportMessageChange", "2.2.13.2", func() Request { return new(SynchronizationImportMessageChangeRequest) }, func() Response { return new(SynchronizationImportMessageChangeResponse) }},
	{SynchronizationImportHierarchyChange, "RopSynchronizationImportHierarchyChange", "2.2.13.4", func() Request { return new(SynchronizationImportHierarchyChangeRequest) }, func() Response { return new(SynchronizationImportHierarchyChangeResponse) }},
	{SynchronizationImportDeletes, "RopSynchronizationImportDeletes", "2.2.13.5", func() Request { return new(SynchronizationImportDeletesRequest) }, func() Response { return new(SynchronizationImportDeletesResponse) }},
	{SynchronizationUploadStateStreamBegin, "RopSynchronizationUploadStateStreamBegin", "2.2.13.9", func() Request { return new(SynchronizationUploadStateStreamBeginRequest) }, func() Response { return new(SynchronizationUploadStateStreamBeginResponse) }},
	{SynchronizationUploadStateStreamContinue, "RopSynchronizationUploadStateStreamContinue", "2.2.13.10", func() Request { return new(SynchronizationUploadStateStreamContinueRequest) }, func() Response { return new(SynchronizationUploadStateStreamContinueResponse) }},
	{SynchronizationUploadStateStreamEnd, "RopSynchronizationUploadStateStreamEnd", "2.2.13.11", func() Request { return new(SynchronizationUploadStateStreamEndRequest) }, func() Response { return new(SynchronizationUploadStateStreamEndResponse) }},
	{SynchronizationImportMessageMove, "RopSynchronizationImportMessageMove", "2.2.13.6", func() Request { return new(SynchronizationImportMessageMoveRequest) }, func() Response { return new(SynchronizationImportMessageMoveResponse) }},
	{SetPropertiesNoReplicate, "RopSetPropertiesNoReplicate", "2.2.8.7", func() Request { return new(SetPropertiesNoReplicateRequest) }, func() Response { return new(SetPropertiesNoReplicateResponse) }},
	{DeletePropertiesNoReplicate, "RopDeletePropertiesNoReplicate", "2.2.8.9", func() Request { return new(DeletePropertiesNoReplicateRequest) }, func() Response { return new(DeletePropertiesNoReplicateResponse) }},
	{GetStoreState, "RopGetStoreState", "2.2.3.5", func() Request { return new(GetStoreStateRequest) }, func() Response { return new(GetStoreStateResponse) }},
	{SynchronizationOpenCollector, "RopSynchronizationOpenCollector", "2.2.13.7", func() Request { return new(SynchronizationOpenCollectorRequest) }, func() Response { return new(SynchronizationOpenCollectorResponse) }},
	{GetLocalReplicaIds, "RopGetLocalReplicaIds", "2.2.13.13", func() Request { return new(GetLocalReplicaIdsRequest) }, func() Response { return new(GetLocalReplicaIdsResponse) }},
	{SynchronizationImportReadStateChanges, "RopSynchronizationImportReadStateChanges", "2.2.13.3", func() Request { return new(SynchronizationImportReadStateChangesRequest) }, func() Response { return new(SynchronizationImportReadStateChangesResponse) }},
	{ResetTable, "RopResetTable", "2.2.5.15", func() Request { return new(ResetTableRequest) }, func() Response { return new(ResetTableResponse) }},
	{SynchronizationGetTransferState, "RopSynchronizationGetTransferState", "2.2.13.8", func() Request { return new(SynchronizationGetTransferStateRequest) }, func() Response { return new(SynchronizationGetTransferStateResponse) }},
	{TellVersion, "RopTellVersion", "2.2.12.9", func() Request { return new(TellVersionRequest) }, func() Response { return new(TellVersionResponse) }},
	{FreeBookmark, "RopFreeBookmark", "2.2.5.14", func() Request { return new(FreeBookmarkRequest) }, func() Response { return new(FreeBookmarkResponse) }},
	{WriteAndCommitStream, "RopWriteAndCommitStream", "2.2.9.12", func() Request { return new(WriteAndCommitStreamRequest) }, func() Response { return new(WriteAndCommitStreamResponse) }},
	{HardDeleteMessages, "RopHardDeleteMessages", "2.2.4.12", func() Request { return new(HardDeleteMessagesRequest) }, func() Response { return new(HardDeleteMessagesResponse) }},
	{HardDeleteMessagesAndSubfolders, "RopHardDeleteMessagesAndSubfolders", "2.2.4.10", func() Request { return new(HardDeleteMessagesAndSubfoldersRequest) }, func() Response { return new(HardDeleteMessagesAndSubfoldersResponse) }},
	{SetLocalReplicaMidsetDeleted, "RopSetLocalReplicaMidsetDeleted", "2.2.13.12", func() Request { return new(SetLocalReplicaMidsetDeletedRequest) }, func() Response { return new(SetLocalReplicaMidsetDeletedResponse) }},
	{FastTransferDestinationPutBufferExtended, "RopFastTransferDestinationPutBufferExtended", "2.2.12.3", func() Request { return new(FastTransferDestinationPutBufferExtendedRequest) }, func() Response { return new(FastTransferDestinationPutBufferExtendedResponse) }},
	{WriteStreamExtended, "RopWriteStreamExtended", "2.2.9.4", func() Request { return new(WriteStreamExtendedRequest) }, func() Response { return new(WriteStreamExtendedResponse) }},
	{Backoff, "RopBackoff", "2.2.15.2", nil, func() Response { return new(BackoffResponse) }},
	{Logon, "RopLogon", "2.2.3.1", func() Request { return new(LogonRequest) }, func() Response { return new(LogonResponse) }},
	{BufferTooSmall, "RopBufferTooSmall", "2.2.15.1", nil, func() Response { return new(BufferTooSmallResponse) }},
}
