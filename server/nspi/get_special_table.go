package nspi

import (
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// GetSpecialTableRequest is the request of NspiGetSpecialTable, [MS-OXNSPI] 3.1.4.1.3.
type GetSpecialTableRequest struct {
	Flags   uint32 // AddressCreationTemplates, UnicodeStrings
	Stat    Stat   // code page and template locale
	Version uint32 // version of the table the caller has, 0 for none
}

// GetSpecialTableResponse is the answer of NspiGetSpecialTable, [MS-OXNSPI] 3.1.4.1.3.
type GetSpecialTableResponse struct {
	Version uint32 // version of the table
	Rows    []Row
	Result  mapi.ErrorCode
}

// hierarchyVersion is the version of the hierarchy table: the containers of one build never change.
const hierarchyVersion uint32 = 1

// GetSpecialTable returns the rows of the hierarchy table, or of the address creation table, [MS-OXNSPI] 3.1.4.1.3.
// The latter is empty in every locale: clients bring a template for Internet addresses themselves.
func (s *Service) GetSpecialTable(_ context.Context, _ auth.Caller, q *GetSpecialTableRequest) (*GetSpecialTableResponse, error) {
	a := &GetSpecialTableResponse{Version: q.Version, Rows: []Row{}}
	if q.Flags&AddressCreationTemplates != 0 {
		return a, nil
	}
	typ := mapi.PtypString
	if q.Flags&UnicodeStrings == 0 {
		typ = mapi.PtypString8
		if err := checkCodePage(q.Stat.CodePage); err != nil {
			return nil, err
		}
	}
	if s.profile.SpecialTableVersioned {
		a.Version = hierarchyVersion
		if q.Version == hierarchyVersion {
			return a, nil
		}
	}
	for i := range containers {
		a.Rows = append(a.Rows, hierarchyRow(&containers[i], typ, q.Stat.CodePage))
	}
	return a, nil
}

// hierarchyRow returns the row of a container, its columns in the order of [MS-OXNSPI] 3.1.4.1.3, constraint 14.
func hierarchyRow(c *container, typ mapi.PropType, codePage uint32) Row {
	name := convert(prop.String(c.name), typ, codePage)
	row := Row{
		{Tag: mapi.TagEntryId, Value: prop.BinaryString(permanentEntryID(dtContainer, c.dn()))},
		{Tag: mapi.TagContainerFlags, Value: prop.Uint32(c.flags)},
		{Tag: mapi.TagDepth, Value: prop.Uint32(c.depth)},
		{Tag: mapi.TagAddressBookContainerId, Value: prop.Uint32(c.mid)},
		{Tag: mapi.TagDisplayName.WithType(typ), Value: name},
		{Tag: mapi.TagAddressBookIsMaster, Value: prop.Bool(false)},
	}
	if c.depth > 0 {
		parent := permanentEntryID(dtContainer, containerByMId(c.parent).dn())
		row = append(row, prop.Tagged{Tag: mapi.TagAddressBookParentEntryId, Value: prop.BinaryString(parent)})
	}
	return row
}

// Refuse returns the answer to a request that ended with code.
func (q *GetSpecialTableRequest) Refuse(code mapi.ErrorCode) *GetSpecialTableResponse {
	return &GetSpecialTableResponse{Version: q.Version, Result: code}
}
