package nspi

import "github.com/mapid/mapid/internal/mapi"

// Measures of all pages, in dialog units.
const (
	pageWidth   = 353
	editHeight  = 12
	labelHeight = 8
	lineStep    = 18
	leftColumn  = 6
	rightColumn = 182
	columnWidth = 171
	labelWidth  = 62
)

// layoutOf returns the details pages of objects of a display type, or nil if there are none.
func layoutOf(typ displayType) []control {
	switch typ {
	case dtMailUser, dtRemoteMailUser:
		return userLayout()
	case dtDistList, dtAgent:
		return listLayout()
	case dtForum:
		return folderLayout()
	case dtSearch:
		return searchLayout()
	}
	return nil
}

// page collects the controls of one tab from top to bottom.
type page struct {
	rows []control
	y    uint32
}

// newPage starts a tab.
func newPage(title string) *page {
	return &page{rows: []control{{kind: controlPage, text: title}}, y: leftColumn}
}

// field adds a label and an edit control for a string in one column.
func (p *page) field(x, width uint32, label string, tag mapi.PropTag, size uint32) {
	p.rows = append(p.rows,
		control{x: x, width: labelWidth, y: p.y + 2, height: labelHeight, kind: controlLabel, text: label},
		control{x: x + labelWidth, width: width - labelWidth, y: p.y, height: editHeight, kind: controlEdit,
			tag: tag.WithType(mapi.PtypString8), size: size, text: "*"})
}

// line adds a field over the whole width.
func (p *page) line(label string, tag mapi.PropTag, size uint32) {
	p.field(leftColumn, pageWidth-2*leftColumn, label, tag, size)
	p.y += lineStep
}

// pair is the content of one column of a line.
type pair struct {
	label string
	tag   mapi.PropTag
	size  uint32
}

// lines adds two fields side by side.
func (p *page) lines(left, right pair) {
	p.field(leftColumn, columnWidth, left.label, left.tag, left.size)
	if right.label != "" {
		p.field(rightColumn, columnWidth-leftColumn, right.label, right.tag, right.size)
	}
	p.y += lineStep
}

// text adds a label and an edit control of several lines under it.
func (p *page) text(label string, tag mapi.PropTag, height uint32) {
	p.caption(label)
	p.rows = append(p.rows, control{x: leftColumn, width: pageWidth - 2*leftColumn, y: p.y, height: height,
		kind: controlEdit, flags: controlMultiLine, tag: tag.WithType(mapi.PtypString8), size: 1024, text: "*"})
	p.y += height + labelHeight
}

// list adds a label and a list of the objects a property refers to.
func (p *page) list(label string, tag mapi.PropTag, height uint32) {
	p.caption(label)
	p.rows = append(p.rows, control{x: leftColumn, width: pageWidth - 2*leftColumn, y: p.y, height: height,
		kind: controlListBox, tag: tag, text: "*"})
	p.y += height + labelHeight
}

// values adds a label and a list of the values of a property.
func (p *page) values(label string, tag mapi.PropTag, height uint32) {
	p.caption(label)
	p.rows = append(p.rows, control{x: leftColumn, width: pageWidth - 2*leftColumn, y: p.y, height: height,
		kind: controlMultiList, tag: tag.WithType(mapi.PtypMultiString8), text: "*"})
	p.y += height + labelHeight
}

func (p *page) caption(label string) {
	p.rows = append(p.rows, control{x: leftColumn, width: pageWidth - 2*leftColumn, y: p.y, height: labelHeight,
		kind: controlLabel, text: label})
	p.y += labelHeight + 4
}

func join(pages ...*page) []control {
	var rows []control
	for _, p := range pages {
		rows = append(rows, p.rows...)
	}
	return rows
}

func addressesPage() *page {
	p := newPage("E-mail Addresses")
	p.values("&E-mail addresses:", mapi.TagAddressBookProxyAddresses, 110)
	return p
}

func memberOfPage() *page {
	p := newPage("Member Of")
	p.list("&Group membership:", mapi.TagAddressBookIsMemberOfDistributionList, 110)
	return p
}

// userLayout is the details of people.
func userLayout() []control {
	general := newPage("General")
	general.lines(pair{"&First:", mapi.TagGivenName, 64}, pair{"&Last:", mapi.TagSurname, 64})
	general.lines(pair{"&Initials:", mapi.TagInitials, 6}, pair{"Ali&as:", mapi.TagAccount, 64})
	general.line("&Display:", mapi.TagDisplayName, 256)
	general.lines(pair{"Add&ress:", mapi.TagStreetAddress, 1024}, pair{"&Title:", mapi.TagTitle, 128})
	general.lines(pair{"&City:", mapi.TagLocality, 128}, pair{"C&ompany:", mapi.TagCompanyName, 64})
	general.lines(pair{"&State:", mapi.TagStateOrProvince, 128}, pair{"De&partment:", mapi.TagDepartmentName, 64})
	general.lines(pair{"&Zip code:", mapi.TagPostalCode, 40}, pair{"Offi&ce:", mapi.TagOfficeLocation, 128})
	general.lines(pair{"Co&untry/Region:", mapi.TagCountry, 128}, pair{"Assista&nt:", mapi.TagAssistant, 256})
	general.lines(pair{"P&hone:", mapi.TagPrimaryTelephoneNumber, 64}, pair{})
	organization := newPage("Organization")
	organization.list("&Manager:", mapi.TagAddressBookManager, 16)
	organization.list("&Direct reports:", mapi.TagAddressBookReports, 80)
	phone := newPage("Phone/Notes")
	phone.lines(pair{"&Business:", mapi.TagBusinessTelephoneNumber, 64}, pair{"&Home:", mapi.TagHomeTelephoneNumber, 64})
	phone.lines(pair{"B&usiness 2:", mapi.TagBusiness2TelephoneNumber, 64}, pair{"H&ome 2:", mapi.TagHome2TelephoneNumber, 64})
	phone.lines(pair{"&Fax:", mapi.TagPrimaryFaxNumber, 64}, pair{"&Mobile:", mapi.TagMobileTelephoneNumber, 64})
	phone.lines(pair{"&Assistant:", mapi.TagAssistantTelephoneNumber, 64}, pair{"&Pager:", mapi.TagPagerTelephoneNumber, 64})
	phone.text("&Notes:", mapi.TagComment, 60)
	return join(general, organization, phone, memberOfPage(), addressesPage())
}

// listLayout is the details of distribution lists.
func listLayout() []control {
	general := newPage("General")
	general.line("&Display name:", mapi.TagDisplayName, 256)
	general.line("&Alias name:", mapi.TagAccount, 64)
	general.list("&Owner:", mapi.TagAddressBookOwner, 16)
	general.list("&Members:", mapi.TagAddressBookMember, 70)
	notes := newPage("Notes")
	notes.text("&Notes:", mapi.TagComment, 100)
	return join(general, notes, memberOfPage(), addressesPage())
}

// folderLayout is the details of public folders.
func folderLayout() []control {
	general := newPage("General")
	general.line("&Display name:", mapi.TagDisplayName, 256)
	general.line("&Alias name:", mapi.TagAccount, 64)
	general.text("&Notes:", mapi.TagComment, 60)
	return join(general, addressesPage())
}

// searchLayout is the dialog whose fields make a filter for NspiGetMatches, [MS-OXOABKT] 3.1.5.4.
func searchLayout() []control {
	general := newPage("General")
	general.line("&Display name:", mapi.TagDisplayName, 256)
	general.lines(pair{"&First name:", mapi.TagGivenName, 64}, pair{"&Last name:", mapi.TagSurname, 64})
	general.lines(pair{"&Title:", mapi.TagTitle, 128}, pair{"&Alias name:", mapi.TagAccount, 64})
	general.lines(pair{"C&ompany:", mapi.TagCompanyName, 64}, pair{"D&epartment:", mapi.TagDepartmentName, 64})
	general.lines(pair{"Off&ice:", mapi.TagOfficeLocation, 128}, pair{"&City:", mapi.TagLocality, 128})
	return general.rows
}
