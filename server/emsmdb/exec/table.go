package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// entry is one row of the table of handlers. What a ROP accepts is data, so that handlers need not check it.
type entry struct {
	// accepts are the kinds of input objects; 0 is a ROP without one, RopLogon.
	accepts object.Kind
	// refusal answers an object of another kind.
	refusal mapi.ErrorCode
	// to are the kinds of destinations of a ROP from one object to another; 0 is a ROP without one. Other kinds are
	// refused like wrong input objects.
	to object.Kind
	// ignores says whether a version runs the ROP even if its input object does not resolve; nil never.
	ignores func(p *profile.ROP) bool
	// max is the size of the largest response the ROP can give. Of a ROP that changes something it is exact: such a
	// ROP must never run and then not fit. A ROP that only reads and sizes its response itself states what it needs
	// at least; should its response not fit after all, it counts as not having run.
	max int
	// extra adds to max what depends on the request; nil adds nothing.
	extra func(req rop.Request) int
	// stops ends the buffer if the ROP fails.
	stops bool
	run   func(e *Executor, ctx context.Context, c *Call, req rop.Request) (rop.Response, error)
}

func (en *entry) size(req rop.Request) int {
	if en.extra == nil {
		return en.max
	}
	return en.max + en.extra(req)
}

// on adapts a typed handler; with raw and long the only generics in the package.
func on[Req, Resp any, PReq interface {
	*Req
	rop.Request
}, PResp interface {
	*Resp
	rop.Response
}](accepts object.Kind, max int, fn func(*Executor, context.Context, *Call, PReq) (PResp, error), opts ...option) *entry {
	return raw(accepts, max, func(e *Executor, ctx context.Context, c *Call, req PReq) (rop.Response, error) {
		resp, err := fn(e, ctx, c, req)
		if resp == nil {
			return nil, err // a literal nil: the loop makes the failure response
		}
		return resp, err
	}, opts...)
}

// raw is on for handlers that may answer with the response of another ROP.
func raw[Req any, PReq interface {
	*Req
	rop.Request
}](accepts object.Kind, max int, fn func(*Executor, context.Context, *Call, PReq) (rop.Response, error), opts ...option) *entry {
	en := &entry{
		accepts: accepts, refusal: mapi.ErrNoSupport, max: headLen + max,
		run: func(e *Executor, ctx context.Context, c *Call, req rop.Request) (rop.Response, error) {
			return fn(e, ctx, c, req.(PReq))
		},
	}
	for _, o := range opts {
		o(en)
	}
	return en
}

// option says what only few entries need.
type option func(*entry)

// otherwise sets the code for objects of another kind.
func otherwise(code mapi.ErrorCode) option { return func(en *entry) { en.refusal = code } }

// to says that the ROP has a destination and of which kinds.
func to(kinds object.Kind) option { return func(en *entry) { en.to = kinds } }

// ignoring says which versions don't look at the input object.
func ignoring(versions func(p *profile.ROP) bool) option {
	return func(en *entry) { en.ignores = versions }
}

// stopping ends the buffer when the ROP fails.
func stopping(en *entry) { en.stops = true }

// plus adds to the size of the response what depends on the request.
func plus[PReq rop.Request](extra func(req PReq) int) option {
	return func(en *entry) { en.extra = func(req rop.Request) int { return extra(req.(PReq)) } }
}

//go:generate go test -count=1 -run TestCoverageIsCurrent . -update

// table holds every ROP that has a handler, in id order. The numbers are sizes of what follows the response's head.
var table = map[rop.ID]*entry{
	rop.OpenFolder:                      on(object.KindLogon|object.KindFolder, 2, (*Executor).openFolder),                                                                           // 0x02
	rop.OpenMessage:                     on(object.KindLogon|object.KindFolder, minOpenMessage, (*Executor).openMessage, otherwise(mapi.ErrNullObject)),                              // 0x03
	rop.GetHierarchyTable:               on(object.KindFolder, 4, (*Executor).getHierarchyTable),                                                                                     // 0x04
	rop.GetContentsTable:                on(object.KindFolder, 4, (*Executor).getContentsTable),                                                                                      // 0x05
	rop.CreateMessage:                   on(object.KindLogon|object.KindFolder, 1, (*Executor).createMessage, otherwise(mapi.ErrNullObject)),                                         // 0x06
	rop.GetPropertiesSpecific:           on(object.KindBag, 1, (*Executor).getPropertiesSpecific),                                                                                    // 0x07
	rop.GetPropertiesAll:                on(object.KindBag, 2, (*Executor).getPropertiesAll),                                                                                         // 0x08
	rop.GetPropertiesList:               on(object.KindBag, 2, (*Executor).getPropertiesList),                                                                                        // 0x09
	rop.SetProperties:                   on(object.KindBag, 2, (*Executor).setProperties, plus(setPropertiesSize)),                                                                   // 0x0A
	rop.DeleteProperties:                on(object.KindBag, 2, (*Executor).deleteProperties, plus(deletePropertiesSize)),                                                             // 0x0B
	rop.SaveChangesMessage:              on(object.KindMessage, 1+8, (*Executor).saveChangesMessage),                                                                                 // 0x0C
	rop.RemoveAllRecipients:             on(object.KindMessage, 0, (*Executor).removeAllRecipients, otherwise(mapi.ErrNullObject)),                                                   // 0x0D
	rop.ModifyRecipients:                on(object.KindMessage, 0, (*Executor).modifyRecipients, otherwise(mapi.ErrNullObject)),                                                      // 0x0E
	rop.ReadRecipients:                  on(object.KindMessage, 1, (*Executor).readRecipients, otherwise(mapi.ErrNullObject)),                                                        // 0x0F
	rop.ReloadCachedInformation:         on(object.KindMessage, minOpenMessage, (*Executor).reloadCachedInformation, otherwise(mapi.ErrNullObject)),                                  // 0x10
	rop.SetMessageReadFlag:              on(object.KindMessage, 1+1+24, (*Executor).setMessageReadFlag, otherwise(mapi.ErrNullObject)),                                               // 0x11
	rop.SetColumns:                      on(object.KindTable, 1, (*Executor).setColumns),                                                                                             // 0x12
	rop.SortTable:                       on(object.KindTable, 1, (*Executor).sortTable),                                                                                              // 0x13
	rop.Restrict:                        on(object.KindTable, 1, (*Executor).restrict),                                                                                               // 0x14
	rop.QueryRows:                       on(object.KindTable, minQueryRows, (*Executor).queryRows),                                                                                   // 0x15
	rop.GetStatus:                       on(object.KindTable, 1, (*Executor).getStatus),                                                                                              // 0x16
	rop.QueryPosition:                   on(object.KindTable, 8, (*Executor).queryPosition),                                                                                          // 0x17
	rop.SeekRow:                         on(object.KindTable, 5, (*Executor).seekRow, stopping),                                                                                      // 0x18
	rop.SeekRowBookmark:                 on(object.KindTable, 6, (*Executor).seekRowBookmark, stopping),                                                                              // 0x19
	rop.SeekRowFractional:               on(object.KindTable, 0, (*Executor).seekRowFractional),                                                                                      // 0x1A
	rop.CreateBookmark:                  on(object.KindTable, 2+4, (*Executor).createBookmark, stopping),                                                                             // 0x1B
	rop.CreateFolder:                    on(object.KindFolder, 8+1+1+1, (*Executor).createFolder),                                                                                    // 0x1C
	rop.DeleteFolder:                    long(object.KindFolder, (*Executor).deleteFolder),                                                                                           // 0x1D
	rop.DeleteMessages:                  long(object.KindFolder, (*Executor).deleteMessages),                                                                                         // 0x1E
	rop.GetMessageStatus:                on(object.KindFolder, 4, (*Executor).getMessageStatus, otherwise(mapi.ErrNullObject)),                                                       // 0x1F
	rop.SetMessageStatus:                on(object.KindFolder, 4, (*Executor).setMessageStatus, otherwise(mapi.ErrNullObject)),                                                       // 0x20
	rop.GetAttachmentTable:              on(object.KindMessage, 0, (*Executor).getAttachmentTable, otherwise(mapi.ErrNullObject)),                                                    // 0x21
	rop.OpenAttachment:                  on(object.KindMessage, 0, (*Executor).openAttachment, otherwise(mapi.ErrNullObject)),                                                        // 0x22
	rop.CreateAttachment:                on(object.KindMessage, 4, (*Executor).createAttachment, otherwise(mapi.ErrNullObject)),                                                      // 0x23
	rop.DeleteAttachment:                on(object.KindMessage, 0, (*Executor).deleteAttachment, otherwise(mapi.ErrNullObject)),                                                      // 0x24
	rop.SaveChangesAttachment:           on(object.KindAttachment, 0, (*Executor).saveChangesAttachment),                                                                             // 0x25
	rop.SetReceiveFolder:                on(object.KindLogon, 0, (*Executor).setReceiveFolder),                                                                                       // 0x26
	rop.GetReceiveFolder:                on(object.KindLogon, 8+256, (*Executor).getReceiveFolder),                                                                                   // 0x27
	rop.RegisterNotification:            on(object.KindLogon|object.KindFolder|object.KindMessage|object.KindTable, 0, (*Executor).registerNotification),                             // 0x29
	rop.OpenStream:                      on(object.KindBag, 4, (*Executor).openStream),                                                                                               // 0x2B
	rop.ReadStream:                      on(object.KindStream, 2, (*Executor).readStream),                                                                                            // 0x2C
	rop.WriteStream:                     on(object.KindStream, 2, (*Executor).writeStream),                                                                                           // 0x2D
	rop.SeekStream:                      on(object.KindStream, 8, (*Executor).seekStream),                                                                                            // 0x2E
	rop.SetStreamSize:                   on(object.KindStream, 0, (*Executor).setStreamSize),                                                                                         // 0x2F
	rop.SetSearchCriteria:               on(object.KindFolder, 0, (*Executor).setSearchCriteria),                                                                                     // 0x30
	rop.GetSearchCriteria:               on(object.KindFolder, 2+1+2+4, (*Executor).getSearchCriteria),                                                                               // 0x31
	rop.SubmitMessage:                   on(object.KindMessage, 0, (*Executor).submitMessage, otherwise(mapi.ErrNullObject)),                                                         // 0x32
	rop.MoveCopyMessages:                long(object.KindFolder, (*Executor).moveCopyMessages, to(object.KindFolder)),                                                                // 0x33
	rop.AbortSubmit:                     on(object.KindLogon, 0, (*Executor).abortSubmit),                                                                                            // 0x34
	rop.MoveFolder:                      long(object.KindFolder, (*Executor).moveFolder, to(object.KindFolder)),                                                                      // 0x35
	rop.CopyFolder:                      long(object.KindFolder, (*Executor).copyFolder, to(object.KindFolder)),                                                                      // 0x36
	rop.QueryColumnsAll:                 on(object.KindTable, 2, (*Executor).queryColumnsAll),                                                                                        // 0x37
	rop.Abort:                           on(object.KindTable, 1, (*Executor).abort),                                                                                                  // 0x38
	rop.CopyTo:                          long(object.KindFolder|object.KindMessage|object.KindAttachment, (*Executor).copyTo, to(object.KindAny), plus(copyToSize)),                  // 0x39
	rop.CopyToStream:                    on(object.KindStream, 4+16, (*Executor).copyToStream, to(object.KindStream)),                                                                // 0x3A
	rop.CloneStream:                     on(object.KindStream, 0, (*Executor).cloneStream),                                                                                           // 0x3B
	rop.GetPermissionsTable:             on(object.KindFolder, 0, (*Executor).getPermissionsTable),                                                                                   // 0x3E
	rop.GetRulesTable:                   on(object.KindFolder, 0, (*Executor).getRulesTable),                                                                                         // 0x3F
	rop.ModifyPermissions:               on(object.KindFolder, 0, (*Executor).modifyPermissions),                                                                                     // 0x40
	rop.ModifyRules:                     on(object.KindFolder, 0, (*Executor).modifyRules),                                                                                           // 0x41
	rop.GetOwningServers:                on(object.KindLogon, 4, (*Executor).getOwningServers),                                                                                       // 0x42
	rop.LongTermIdFromId:                on(object.KindLogon, 24, (*Executor).longTermIDFromID),                                                                                      // 0x43
	rop.IdFromLongTermId:                on(object.KindLogon, 8, (*Executor).idFromLongTermID),                                                                                       // 0x44
	rop.PublicFolderIsGhosted:           on(object.KindLogon, 1, (*Executor).publicFolderIsGhosted),                                                                                  // 0x45
	rop.OpenEmbeddedMessage:             on(object.KindAttachment, 1+8+minOpenMessage, (*Executor).openEmbeddedMessage, otherwise(mapi.ErrNullObject)),                               // 0x46
	rop.SetSpooler:                      on(object.KindLogon, 0, (*Executor).setSpooler),                                                                                             // 0x47
	rop.SpoolerLockMessage:              on(object.KindLogon, 0, (*Executor).spoolerLockMessage),                                                                                     // 0x48
	rop.GetAddressTypes:                 on(object.KindLogon, 2+2+8, (*Executor).getAddressTypes),                                                                                    // 0x49
	rop.TransportSend:                   on(object.KindMessage, 1+2+transportSendSize, (*Executor).transportSend, otherwise(mapi.ErrNullObject)),                                     // 0x4A
	rop.FindRow:                         on(object.KindTable, minFindRow, (*Executor).findRow),                                                                                       // 0x4F
	rop.Progress:                        raw(object.KindAny, workSize, (*Executor).progress, ignoring(objectOfProgress)),                                                             // 0x50
	rop.TransportNewMail:                on(object.KindLogon, 0, (*Executor).transportNewMail),                                                                                       // 0x51
	rop.GetValidAttachments:             on(object.KindMessage, 2, (*Executor).getValidAttachments, otherwise(mapi.ErrNullObject)),                                                   // 0x52
	rop.GetNamesFromPropertyIds:         on(object.KindBag, 2, (*Executor).getNamesFromPropertyIDs),                                                                                  // 0x55
	rop.GetPropertyIdsFromNames:         on(object.KindBag, 2, (*Executor).getPropertyIDsFromNames, plus(propertyIDsSize)),                                                           // 0x56
	rop.UpdateDeferredActionMessages:    on(object.KindLogon, 0, (*Executor).updateDeferredActionMessages),                                                                           // 0x57
	rop.EmptyFolder:                     long(object.KindFolder, (*Executor).emptyFolder),                                                                                            // 0x58
	rop.ExpandRow:                       on(object.KindTable, minExpandRow, (*Executor).expandRow),                                                                                   // 0x59
	rop.CollapseRow:                     on(object.KindTable, 4, (*Executor).collapseRow),                                                                                            // 0x5A
	rop.LockRegionStream:                on(object.KindStream, 0, (*Executor).lockRegionStream),                                                                                      // 0x5B
	rop.UnlockRegionStream:              on(object.KindStream, 0, (*Executor).unlockRegionStream),                                                                                    // 0x5C
	rop.CommitStream:                    on(object.KindStream, 0, (*Executor).commitStream),                                                                                          // 0x5D
	rop.GetStreamSize:                   on(object.KindStream, 4, (*Executor).getStreamSize),                                                                                         // 0x5E
	rop.QueryNamedProperties:            on(object.KindBag, 4, (*Executor).queryNamedProperties),                                                                                     // 0x5F
	rop.GetPerUserLongTermIds:           on(object.KindLogon, 2, (*Executor).getPerUserLongTermIDs),                                                                                  // 0x60
	rop.GetPerUserGuid:                  on(object.KindLogon, 16, (*Executor).getPerUserGUID),                                                                                        // 0x61
	rop.ReadPerUserInformation:          on(object.KindLogon, minReadPerUser, (*Executor).readPerUserInformation),                                                                    // 0x63
	rop.WritePerUserInformation:         on(object.KindLogon, 0, (*Executor).writePerUserInformation),                                                                                // 0x64
	rop.SetReadFlags:                    long(object.KindFolder, (*Executor).setReadFlags, otherwise(mapi.ErrNullObject)),                                                            // 0x66
	rop.CopyProperties:                  on(object.KindFolder|object.KindMessage|object.KindAttachment, 2, (*Executor).copyProperties, to(object.KindAny), plus(copyPropertiesSize)), // 0x67
	rop.GetReceiveFolderTable:           on(object.KindLogon, 4, (*Executor).getReceiveFolderTable),                                                                                  // 0x68
	rop.GetCollapseState:                on(object.KindTable, 2, (*Executor).getCollapseState),                                                                                       // 0x6B
	rop.SetCollapseState:                on(object.KindTable, 2+4, (*Executor).setCollapseState),                                                                                     // 0x6C
	rop.GetTransportFolder:              on(object.KindLogon, 8, (*Executor).getTransportFolder),                                                                                     // 0x6D
	rop.OptionsData:                     on(object.KindLogon, 1+2+1+2, (*Executor).optionsData),                                                                                      // 0x6F
	rop.SetPropertiesNoReplicate:        on(object.KindBag, 2, (*Executor).setPropertiesNoReplicate, plus(setNoReplicateSize)),                                                       // 0x79
	rop.DeletePropertiesNoReplicate:     on(object.KindBag, 2, (*Executor).deletePropertiesNoReplicate, plus(deleteNoReplicateSize)),                                                 // 0x7A
	rop.GetStoreState:                   on(object.KindLogon, 4, (*Executor).getStoreState),                                                                                          // 0x7B
	rop.ResetTable:                      on(object.KindTable, 0, (*Executor).resetTable),                                                                                             // 0x81
	rop.TellVersion:                     on(object.KindAny, 0, (*Executor).tellVersion),                                                                                              // 0x86
	rop.FreeBookmark:                    on(object.KindTable, 0, (*Executor).freeBookmark),                                                                                           // 0x89
	rop.WriteAndCommitStream:            on(object.KindStream, 2, (*Executor).writeAndCommitStream),                                                                                  // 0x90
	rop.HardDeleteMessages:              long(object.KindFolder, (*Executor).hardDeleteMessages),                                                                                     // 0x91
	rop.HardDeleteMessagesAndSubfolders: long(object.KindFolder, (*Executor).hardDeleteMessagesAndSubfolders),                                                                        // 0x92
	rop.WriteStreamExtended:             on(object.KindStream, 4, (*Executor).writeStreamExtended),                                                                                   // 0xA3
	rop.Logon:                           on(0, logonResponseSize, (*Executor).logon),                                                                                                 // 0xFE
}

// Implemented lists the ROPs that do something here, RopRelease included, in id order.
func Implemented() (ids []rop.ID) {
	for i := range rop.Codecs {
		id := rop.Codecs[i].ID
		if _, ok := table[id]; ok || id == rop.Release {
			ids = append(ids, id)
		}
	}
	return ids
}
