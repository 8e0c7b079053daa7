package profile

import (
	"time"

	"github.com/mapid/mapid/internal/mapi"
)

// AddressBook holds differences of NSPI and RFR, [MS-OXNSPI], [MS-OXOABK] and [MS-OXABREF].
type AddressBook struct {
	// ServedByDirectory: global catalogs answer NSPI and the server only passes packets on. B1, [MS-OXOABK] 2.1 <1>.
	ServedByDirectory bool
	// EntryIDFollowsABNF: DNs in permanent entry ids follow the grammar of [MS-OXOABK] 2.2.1.1. B3, [MS-OXNSPI] 2.2.9.3
	// <2>.
	EntryIDFollowsABNF bool
	// IgnoresAnonymousLogin: fAnonymousLogin of NspiBind is ignored. B4, [MS-OXNSPI] 3.1.4.1.1, test settings: not in
	// 2010 and later.
	IgnoresAnonymousLogin bool
	// AnonymousBind answers NspiBind of a caller without identity, after which clients come back with one. Seen with
	// 2010, R1613 of the test suite.
	AnonymousBind mapi.ErrorCode
	// SpecialTableVersioned: NspiGetSpecialTable gives no rows for the current lpVersion and sets it on return. B5, B6,
	// [MS-OXNSPI] 3.1.4.1.3 <3> <4>.
	SpecialTableVersioned bool
	// ResortAnySort: NspiResortRestriction takes every SortType, otherwise ErrGeneralFailure for all but display names.
	// B8, [MS-OXNSPI] 3.1.4.1.11 <6>.
	ResortAnySort bool
	// ModifiesCertificates: NspiModProps adds certificates. B9, [MS-OXNSPI] 3.1.4.1.14 <7>.
	ModifiesCertificates bool
	// ModifiesLinks: NspiModLinkAtt changes members and delegates, otherwise ErrGeneralFailure. B10, [MS-OXNSPI]
	// 3.1.4.1.15 <8>.
	ModifiesLinks bool
	// NoReferralSwitch: the registry value "No RFR Service" switches referrals off. B17, KB 302914 and KB 969519;
	// inferred for 2010.
	NoReferralSwitch bool
}

// HTTP holds differences of MAPI over HTTP and Autodiscover, [MS-OXCMAPIHTTP].
type HTTP struct {
	// Offered: the version speaks MAPI over HTTP. H1, H6, section 6; O1, N19, L40, X22.
	Offered bool
	// PendingPeriod is X-PendingPeriod. H2, 2.2.3.3.5 <1>.
	PendingPeriod time.Duration
	// Autodiscover: the version answers Autodiscover. H7, [MS-OXDSCLI].
	Autodiscover bool
}
