package profile

import (
	"fmt"

	"github.com/mapid/mapid/internal/mapi"
)

// Folder holds differences of folders, [MS-OXCFOLD].
type Folder struct {
	// OpensSoftDeleted: OpenSoftDeleted of RopOpenFolder is obeyed. F1, 2.2.1.1.1 <1>.
	OpensSoftDeleted bool
	// OpenTellsRules: HasRules of the RopOpenFolder response is true where there are rules; others give 0. F2,
	// 2.2.1.1.2 <2>; no statement for 2013.
	OpenTellsRules bool
	// ExistingPublicFolder: IsExistingFolder tells of an existing public folder. F3, 2.2.1.2.2 <3>.
	ExistingPublicFolder bool
	// PublicBulk: RopCopyFolder, RopEmptyFolder and RopHardDeleteMessagesAndSubfolders work on public folders. F4, F6,
	// F7, 2.2.1.8 <5>, 2.2.1.9 <7>, 2.2.1.10 <8>.
	PublicBulk bool
	// CopyFolderPartial: PartialCompletion of a RopCopyFolder that failed in part. F5, 2.2.1.8.2.
	CopyFolderPartial bool
	// BulkPartial: PartialCompletion of RopDeleteFolder, RopHardDeleteMessagesAndSubfolders, RopMoveCopyMessages,
	// RopMoveFolder and RopEmptyFolder that failed in part. F8, F17, F23, F24, F27, test settings.
	BulkPartial bool
	// AddressBookEntryID: folders have PidTagAddressBookEntryId. F9, 2.2.2.2.1.4 <10>.
	AddressBookEntryID bool
	// OpensGone: RopOpenFolder of a folder that was deleted for good succeeds, without a folder. F10, 3.2.5.1 <12>; 2003
	// inferred.
	OpensGone bool
	// PublicDefault and PublicAnonymous are what a public folder gives everybody, and those without a name, until somebody
	// says something else, PidTagMemberRights: Author everywhere; Contributor in 2003, to create items alone in 2007 and
	// 2010, nothing later (inferred).
	PublicDefault, PublicAnonymous Rights
	// CreateDenied answers RopCreateFolder without the right. F11, 3.2.5.2 <13>.
	CreateDenied mapi.ErrorCode
	// CreatePublicSearch answers the creation of a search folder in the public store. F12, 3.2.5.2 <14>.
	CreatePublicSearch mapi.ErrorCode
	// ChecksDeleteFlags: unknown DeleteFolderFlags give ErrInvalidParameter instead of being ignored. F14, 3.2.5.3 <15>.
	ChecksDeleteFlags bool
	// SoftDeletes: RopDeleteFolder without DELETE_HARD_DELETE keeps the folder for recovery. F16, 2.2.1.3.1, test
	// settings.
	SoftDeletes bool
	// IndexedSearchStatic: a content-indexed search is static whatever STATIC_SEARCH says. F18, 3.2.5.4 <16>.
	IndexedSearchStatic bool
	// SearchInScope answers a search folder inside its own scope; 0 accepts it. F19, 3.2.5.4 <18>.
	SearchInScope mapi.ErrorCode
	// ChecksSearchFlags: unknown SearchFlags give ErrInvalidParameter instead of being ignored. F20, 3.2.5.4 <19>.
	ChecksSearchFlags bool
	// EmptyRoot answers RopEmptyFolder on the root; 0 does it. F25, 3.2.5.9 <20>.
	EmptyRoot mapi.ErrorCode
	// BadHierarchyFlags answers unknown TableFlags of RopGetHierarchyTable; 0 ignores them. F28, 3.2.5.13 <21>.
	BadHierarchyFlags mapi.ErrorCode
	// ConversationMembers: RopGetContentsTable gives conversation tables. F29, 3.2.5.14 <22>.
	ConversationMembers bool
	// NoConversationMembers answers ConversationMembers where there are no such tables; 0 ignores the flag. F29.
	NoConversationMembers mapi.ErrorCode
	// BadContentsFlags answers other unknown TableFlags of RopGetContentsTable; 0 ignores them. F30, 3.2.5.14 <23>.
	BadContentsFlags mapi.ErrorCode
}

// Rights is PidTagMemberRights, [MS-OXCPERM] 2.2.7.
type Rights uint32

// String prints the number as the specification does.
func (r Rights) String() string { return fmt.Sprintf("0x%03X", uint32(r)) }
