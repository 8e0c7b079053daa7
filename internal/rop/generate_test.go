package rop_test

import (
	"math/rand/v2"
	"reflect"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// generator makes random messages that are consistent: fields that a message does not carry are zero.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 42))} }

// isPublic is the kind of logon behind a LogonId in all tests.
func isPublic(logonID uint8) bool { return logonID&1 == 1 }

func (g generator) fill(m rop.Message) {
	g.value(reflect.ValueOf(m).Elem())
	g.consistent(m)
}

// value fills v with anything that its type holds.
func (g generator) value(v reflect.Value) {
	switch p := v.Addr().Interface().(type) {
	case *prop.Restriction:
		*p = g.restriction(3)
		return
	case *prop.Tagged:
		*p = g.tagged()
		return
	case *prop.Name:
		*p = g.name()
		return
	case *prop.TypedString:
		*p = g.typedString()
		return
	case *prop.LongTermID:
		p.DatabaseGUID, p.GlobalCounter = g.guid(), g.Uint64()>>16
		return
	case *prop.Row: // needs columns: consistent does it
		return
	case *mapi.PropTag:
		*p = mapi.Tag(uint16(g.Uint32()), g.propType())
		return
	case *mapi.ErrorCode:
		*p = pick(g, []mapi.ErrorCode{0, 0, 0, mapi.ErrNotFound, mapi.ErrDstNullObject, mapi.ErrWrongServer, mapi.ErrServerBusy, mapi.WarnWithErrors})
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			g.value(v.Field(i))
		}
	case reflect.Slice:
		n := g.IntN(4)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			g.value(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			g.value(v.Index(i))
		}
	case reflect.Pointer:
		if g.IntN(2) == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			g.value(v.Elem())
		}
	case reflect.String:
		v.SetString(g.text())
	case reflect.Bool:
		v.SetBool(g.IntN(2) == 0)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(g.Uint64() >> g.IntN(64) & (1<<v.Type().Bits() - 1))
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(g.Uint64()) >> (64 - v.Type().Bits() + g.IntN(v.Type().Bits())))
	default:
		panic("no generator for " + v.Type().String())
	}
}

func pick[T any](g generator, from []T) T { return from[g.IntN(len(from))] }

func (g generator) text() string {
	return pick(g, []string{"", "a", "IPM.Note", "/o=mapid/cn=Recipients/cn=alice", "żółw", "北京", "\U0001F4E7 x"})
}

func (g generator) guid() (id mapi.GUID) {
	for i := range id {
		id[i] = byte(g.Uint32())
	}
	return id
}

func (g generator) name() prop.Name {
	n := prop.Name{Kind: pick(g, []uint8{prop.NameLID, prop.NameString, prop.NameNone}), GUID: g.guid()}
	switch n.Kind {
	case prop.NameLID:
		n.LID = g.Uint32()
	case prop.NameString:
		n.Text = g.text()
	}
	return n
}

func (g generator) typedString() prop.TypedString {
	switch typ := uint8(g.IntN(5)); typ {
	case prop.String8Bit:
		return prop.TypedString{Type: typ, Text: g.text()}
	case prop.StringUnicode:
		return prop.TypedString{Type: typ, Text: g.text()}
	case prop.StringReduced:
		return prop.TypedString{Type: typ, Text: pick(g, []string{"", "RE: ", "é"})}
	default:
		return prop.TypedString{Type: typ}
	}
}

var propTypes = []mapi.PropType{
	mapi.PtypInteger16, mapi.PtypInteger32, mapi.PtypInteger64, mapi.PtypFloating64, mapi.PtypBoolean, mapi.PtypString,
	mapi.PtypString8, mapi.PtypTime, mapi.PtypGuid, mapi.PtypBinary, mapi.PtypServerId, mapi.PtypMultiInteger32,
	mapi.PtypMultiString, mapi.PtypMultiBinary, mapi.PtypRestriction,
}

func (g generator) propType() mapi.PropType { return pick(g, propTypes) }

func (g generator) val(typ mapi.PropType) prop.Value {
	switch typ {
	case mapi.PtypInteger16:
		return prop.Int16(int16(g.Uint32()))
	case mapi.PtypInteger32:
		return prop.Uint32(g.Uint32())
	case mapi.PtypInteger64:
		return prop.Int64(int64(g.Uint64()))
	case mapi.PtypFloating64:
		return prop.Float64(g.Float64())
	case mapi.PtypBoolean:
		return prop.Bool(g.IntN(2) == 0)
	case mapi.PtypString:
		return prop.String(g.text())
	case mapi.PtypString8:
		return prop.String8(g.text())
	case mapi.PtypTime:
		return prop.Time(mapi.FileTime(g.Uint64()))
	case mapi.PtypGuid:
		return prop.GUID(g.guid())
	case mapi.PtypBinary:
		return prop.BinaryString(g.text())
	case mapi.PtypServerId:
		return prop.ServerID([]byte(g.text()))
	case mapi.PtypMultiInteger32:
		return prop.Multi(typ, []int32{1, int32(g.Uint32())})
	case mapi.PtypMultiString, mapi.PtypMultiBinary:
		return prop.Multi(typ, []string{g.text(), g.text()})
	case mapi.PtypRestriction:
		return prop.RestrictionValue(prop.ExistRestriction{Tag: 0x0037001F})
	}
	panic("no value of type")
}

func (g generator) tagged() prop.Tagged {
	typ := g.propType()
	return prop.Tagged{Tag: mapi.Tag(uint16(g.Uint32()), typ), Value: g.val(typ)}
}

func (g generator) restriction(depth int) prop.Restriction {
	kinds := 6
	if depth > 0 {
		kinds = 10
	}
	tag := mapi.Tag(uint16(g.Uint32()), g.propType())
	switch g.IntN(kinds) {
	case 0:
		return prop.ContentRestriction{Fuzzy: 0x10001, Tag: tag, Value: g.tagged()}
	case 1:
		return prop.PropertyRestriction{RelOp: 4, Tag: tag, Value: g.tagged()}
	case 2:
		return prop.BitMaskRestriction{RelOp: 1, Tag: tag, Mask: g.Uint32()}
	case 3:
		return prop.SizeRestriction{RelOp: 2, Tag: tag, Size: g.Uint32()}
	case 4:
		return prop.ExistRestriction{Tag: tag}
	case 5:
		return prop.ComparePropsRestriction{RelOp: 3, Tag1: tag, Tag2: tag}
	case 6:
		return prop.AndRestriction{Parts: []prop.Restriction{g.restriction(depth - 1), g.restriction(depth - 1)}}
	case 7:
		return prop.NotRestriction{Part: g.restriction(depth - 1)}
	case 8:
		return prop.CommentRestriction{Values: []prop.Tagged{g.tagged()}, Part: g.restriction(depth - 1)}
	default:
		return prop.CountRestriction{Count: g.Uint32(), Part: g.restriction(depth - 1)}
	}
}

// row returns values under columns, at times with one that is missing or an error.
func (g generator) row(columns []mapi.PropTag) prop.Row {
	row := prop.Row{Values: make([]prop.Value, len(columns))}
	for i, c := range columns {
		row.Values[i] = g.val(c.Type())
	}
	if len(columns) > 0 {
		switch i := g.IntN(len(columns)); g.IntN(3) {
		case 0:
			row.Values[i] = prop.Value{}
		case 1:
			row.Values[i] = prop.Error(mapi.ErrNotFound)
		}
	}
	return row
}

func (g generator) rows(rows []prop.Row, columns []mapi.PropTag) {
	for i := range rows {
		rows[i] = g.row(columns)
	}
}

// recipient makes a row without the fields that its flags don't announce.
func (g generator) recipient(row *rop.RecipientRow, columns []mapi.PropTag) {
	has := func(flag uint16) bool { return row.RecipientFlags&flag != 0 }
	typ := row.RecipientFlags & rop.RecipientTypeMask
	if typ != rop.RecipientTypeX500 {
		row.AddressPrefixUsed, row.DisplayType, row.X500DN = 0, 0, ""
	}
	if typ != rop.RecipientTypePersonalDL1 && typ != rop.RecipientTypePersonalDL2 {
		row.EntryID, row.SearchKey = nil, nil
	}
	if typ != rop.RecipientTypeNone || !has(rop.RecipientOtherAddressType) {
		row.AddressType = ""
	}
	for flag, text := range map[uint16]*string{
		rop.RecipientHasEmailAddress: &row.EmailAddress, rop.RecipientHasDisplayName: &row.DisplayName,
		rop.RecipientHasSimpleName: &row.SimpleDisplayName, rop.RecipientHasTransmittableName: &row.TransmittableDisplayName,
	} {
		if !has(flag) {
			*text = ""
		}
	}
	row.Properties = g.row(columns[:g.IntN(len(columns)+1)])
}

func (g generator) opened(m *rop.OpenedMessage) {
	for i := range m.RecipientRows {
		g.recipient(&m.RecipientRows[i].RecipientRow, m.RecipientColumns)
	}
}

// consistent fills in rows and clears the fields that m would not carry.
func (g generator) consistent(m rop.Message) {
	switch m := m.(type) {
	case *rop.OpenMessageResponse:
		g.opened(&m.OpenedMessage)
	case *rop.OpenEmbeddedMessageResponse:
		g.opened(&m.OpenedMessage)
	case *rop.ReloadCachedInformationResponse:
		g.opened(&m.OpenedMessage)
	case *rop.ReadRecipientsResponse:
		for i := range m.RecipientRows {
			g.recipient(&m.RecipientRows[i].RecipientRow, m.Columns)
		}
	case *rop.ModifyRecipientsRequest:
		for i := range m.RecipientRows {
			if row := m.RecipientRows[i].RecipientRow; row != nil {
				g.recipient(row, m.RecipientColumns)
			}
		}
	case *rop.GetPropertiesSpecificResponse:
		m.RowData = g.row(m.Columns)
	case *rop.QueryRowsResponse:
		g.rows(m.Rows, m.Columns)
	case *rop.ExpandRowResponse:
		g.rows(m.Rows, m.Columns)
	case *rop.FindRowResponse:
		if m.RowData != nil {
			*m.RowData = g.row(m.Columns)
		}
	case *rop.GetReceiveFolderTableResponse:
		g.rows(m.Rows, []mapi.PropTag{0x67480014, 0x001A001E, 0x30080040})
	case *rop.SetMessageReadFlagRequest:
		m.ClientData = nil
		if isPublic(m.LogonID) {
			m.ClientData = &rop.ClientData{1, 2, 3}
		}
	case *rop.SetMessageReadFlagResponse:
		if !m.ReadStatusChanged {
			m.LogonID, m.ClientData = 0, rop.ClientData{}
		}
	case *rop.WritePerUserInformationRequest:
		m.ReplGUID = nil
		if m.DataOffset &= 1; m.DataOffset == 0 && !isPublic(m.LogonID) {
			m.ReplGUID = &mapi.GUID{4, 5, 6}
		}
	case *rop.RegisterNotificationRequest:
		if m.NotificationTypes&mapi.NotifyExtended == 0 {
			m.Reserved = 0
		}
		if m.WantWholeStore {
			m.FolderID, m.MessageID = 0, 0
		}
	case *rop.ReadStreamRequest:
		if g.IntN(2) == 0 {
			m.ByteCount = rop.ByteCountExtended
		} else {
			m.MaximumByteCount = 0
		}
	case *rop.FastTransferSourceGetBufferRequest:
		if g.IntN(2) == 0 {
			m.BufferSize = rop.ByteCountExtended
		} else {
			m.MaximumBufferSize = 0
		}
	case *rop.QueryNamedPropertiesResponse:
		n := min(len(m.PropertyIDs), len(m.PropertyNames))
		m.PropertyIDs, m.PropertyNames = m.PropertyIDs[:n], m.PropertyNames[:n]
	case *rop.GetLocalReplicaIdsResponse:
		m.GlobalCount >>= 16
	case *rop.CreateFolderResponse:
		if !m.IsExistingFolder {
			m.HasRules, m.Ghosted = false, nil
		}
	case *rop.OptionsDataResponse:
		if len(m.HelpFile) == 0 {
			m.HelpFileName = ""
		}
	case *rop.NotifyResponse:
		m.NotificationFlags &= 0xF000
		m.NotificationFlags |= 1 << g.IntN(11) &^ 0x0201
		if m.NotificationFlags&mapi.NotifyTypeMask == 0 {
			m.NotificationFlags |= mapi.NotifyTableModified
		}
		m.TableEventType = pick(g, []uint16{1, 3, 4, 5, 7})
	}
	if resp, ok := m.(rop.Response); ok && resp.Head() != nil {
		g.consistentResponse(resp)
	}
}

// consistentResponse clears the fields that the response would not carry for its ReturnValue.
func (g generator) consistentResponse(resp rop.Response) {
	head := *resp.Head()
	if v := reflect.ValueOf(resp).Elem().FieldByName("DestHandleIndex"); v.IsValid() && head.ReturnValue != mapi.ErrDstNullObject {
		v.SetUint(0)
	}
	switch m := resp.(type) {
	case *rop.LogonResponse:
		g.consistentLogon(m)
		return
	case *rop.FastTransferSourceGetBufferResponse:
		m.TransferBufferSize = uint16(len(m.TransferBuffer))
		if head.ReturnValue == mapi.ErrServerBusy {
			m.TransferBuffer = nil
		} else {
			m.BackoffTime = 0
		}
		return
	case *rop.GetPropertyIdsFromNamesResponse:
		if head.ReturnValue == mapi.WarnWithErrors {
			return
		}
	case *rop.CopyToResponse:
		if head.ReturnValue != 0 {
			m.PropertyProblems = nil
		}
		return
	case *rop.CopyPropertiesResponse:
		if head.ReturnValue != 0 {
			m.PropertyProblems = nil
		}
		return
	}
	if head.ReturnValue == 0 || alwaysWhole[resp.RopID()] {
		return
	}
	reflect.ValueOf(resp).Elem().SetZero()
	*resp.Head() = head
}

// alwaysWhole are the ROPs whose responses have all their fields in failures too, section 5 of the ROP reference.
var alwaysWhole = map[rop.ID]bool{
	rop.DeleteFolder: true, rop.DeleteMessages: true, rop.MoveCopyMessages: true, rop.MoveFolder: true, rop.CopyFolder: true,
	rop.EmptyFolder: true, rop.SetReadFlags: true, rop.HardDeleteMessages: true, rop.HardDeleteMessagesAndSubfolders: true,
	rop.ReadStream: true, rop.WriteStream: true, rop.WriteAndCommitStream: true, rop.WriteStreamExtended: true,
	rop.FastTransferDestinationPutBuffer: true, rop.FastTransferDestinationPutBufferExtended: true, rop.CopyToStream: true,
}

func (g generator) consistentLogon(m *rop.LogonResponse) {
	whole := *m
	private := m.LogonFlags&mapi.LogonPrivate != 0
	*m = rop.LogonResponse{ResponseHead: whole.ResponseHead}
	switch {
	case m.ReturnValue == mapi.ErrWrongServer:
		m.LogonFlags, m.ServerName = whole.LogonFlags, whole.ServerName
	case m.ReturnValue != 0:
	case private:
		*m = whole
		m.PerUserGUID, m.ServerName = mapi.GUID{}, ""
	default:
		m.LogonFlags, m.FolderIDs, m.ReplID, m.ReplGUID = whole.LogonFlags, whole.FolderIDs, whole.ReplID, whole.ReplGUID
		m.PerUserGUID = whole.PerUserGUID
	}
}
