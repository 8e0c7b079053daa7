package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Stat is STAT: which table a call means and where in it, [MS-OXNSPI] 2.2.8. It holds all state of browsing; the
// server keeps none.
type Stat struct {
	SortType       uint32 // one of the Sort constants
	ContainerID    uint32 // MId of the container, 0 for the global address list
	CurrentRec     uint32 // MId of the current row, or one of the Mid constants
	Delta          int32  // rows to move by
	NumPos         uint32 // position of the current row, from 0
	TotalRecs      uint32 // rows of the table
	CodePage       uint32 // Windows code page of 8-bit strings, both ways
	TemplateLocale uint32 // LCID of templates
	SortLocale     uint32 // LCID that orders names
}

// Sort types, [MS-OXNSPI] 2.2.1.6.
const (
	SortDisplayName         uint32 = 0x00000000
	SortPhoneticDisplayName uint32 = 0x00000003
	SortDisplayNameRO       uint32 = 0x000003E8 // members of an object-valued property
	SortDisplayNameW        uint32 = 0x000003E9 // the same, if it may be changed
)

// Positions that stand in Stat.CurrentRec instead of an MId, [MS-OXNSPI] 2.2.1.8.
const (
	MidBeginningOfTable uint32 = 0x00000000
	MidCurrent          uint32 = 0x00000001 // where NumPos and TotalRecs point as a fraction
	MidEndOfTable       uint32 = 0x00000002
)

// Results of resolving one name, which stand in the place of an MId, [MS-OXNSPI] 2.2.1.9.
const (
	MidUnresolved uint32 = 0x00000000
	MidAmbiguous  uint32 = 0x00000001
	MidResolved   uint32 = 0x00000002
)

// Flags of NspiGetPropList, NspiGetProps and NspiQueryRows, [MS-OXNSPI] 2.2.1.10.
const (
	SkipObjects uint32 = 0x00000001 // fSkipObjects: leave object-valued properties out of lists the server makes
	EphemeralID uint32 = 0x00000002 // fEphID: give ephemeral entry ids
)

// AnonymousLogin is fAnonymousLogin of NspiBind, [MS-OXNSPI] 2.2.1.5.
const AnonymousLogin uint32 = 0x00000020

// Flags of NspiGetSpecialTable, [MS-OXNSPI] 2.2.1.12.
const (
	AddressCreationTemplates uint32 = 0x00000002
	UnicodeStrings           uint32 = 0x00000004
)

// UnicodeProptypes is NspiUnicodeProptypes of NspiQueryColumns, [MS-OXNSPI] 2.2.1.11.
const UnicodeProptypes uint32 = 0x80000000

// DeleteLinks is fDelete of NspiModLinkAtt, [MS-OXNSPI] 2.2.1.13.
const DeleteLinks uint32 = 0x00000001

// Flags of NspiGetTemplateInfo, [MS-OXNSPI] 2.2.1.14.
const (
	TemplateInfo uint32 = 0x00000001 // TI_TEMPLATE
	ScriptInfo   uint32 = 0x00000004 // TI_SCRIPT
)

// Results of NspiUnbind, [MS-OXNSPI] 2.2.1.2; it never returns success as other calls do.
const (
	UnbindSuccess mapi.ErrorCode = 1
	UnbindFailure mapi.ErrorCode = 2
)

func readStat(r *ndr.Reader) Stat {
	return Stat{
		SortType: r.U32(), ContainerID: r.U32(), CurrentRec: r.U32(), Delta: int32(r.U32()), NumPos: r.U32(),
		TotalRecs: r.U32(), CodePage: r.U32(), TemplateLocale: r.U32(), SortLocale: r.U32(),
	}
}

func writeStat(w *ndr.Writer, s Stat) {
	for _, v := range [...]uint32{
		s.SortType, s.ContainerID, s.CurrentRec, uint32(s.Delta), s.NumPos,
		s.TotalRecs, s.CodePage, s.TemplateLocale, s.SortLocale,
	} {
		w.U32(v)
	}
}
