package exec_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/store"
)

// numbered is a mailbox with n messages in the inbox: subjects "m000" and up, importance 0, 1, 2, 0, …
func numbered(n int) *seed.Seed {
	u := seed.User{Name: "alice", Password: "Password1!"}
	for i := range n {
		u.Messages = append(u.Messages, seed.Message{
			Folder: "Inbox", From: "alice", To: []string{"alice"}, Subject: fmt.Sprintf("m%03d", i), Body: strings.Repeat("x", 10*i), Read: i%2 == 0,
		})
	}
	return &seed.Seed{Users: []seed.User{u}}
}

func subjects(r *rop.QueryRowsResponse, column int) (out []string) {
	for _, row := range r.Rows {
		out = append(out, row.Values[column].Str())
	}
	return out
}

func names(from, to int) (out []string) {
	step := 1
	if to < from {
		step = -1
	}
	for i := from; i != to+step; i += step {
		out = append(out, fmt.Sprintf("m%03d", i))
	}
	return out
}

func TestTableBeforeSetColumns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(3)))
	w.inbox()
	one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, 2)})
	for _, req := range []rop.Request{
		&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 1}, &rop.FindRowRequest{In: in(2)},
	} {
		if got := w.code(req); got != mapi.ErrNullObject {
			t.Errorf("%T: %v", req, got)
		}
	}
	for _, req := range []rop.Request{
		&rop.QueryPositionRequest{In: in(2)}, &rop.SeekRowRequest{In: in(2), RowCount: 1}, &rop.QueryColumnsAllRequest{In: in(2)},
		&rop.GetStatusRequest{In: in(2)}, &rop.ResetTableRequest{In: in(2)},
	} {
		if got := w.code(req); got != mapi.Success {
			t.Errorf("%T: %v", req, got)
		}
	}
}

func TestSetColumnsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(3)))
	w.inbox()
	w.contents(mapi.TagSubject)
	for _, tt := range []struct {
		name    string
		columns []mapi.PropTag
		want    mapi.ErrorCode
	}{
		{"None", nil, mapi.ErrInvalidParameter},
		{"UnknownType", []mapi.PropTag{mapi.Tag(0x0037, 0x0099)}, mapi.ErrInvalidParameter},
		{"Unspecified", []mapi.PropTag{mapi.TagMid, mapi.Tag(0x0037, mapi.PtypUnspecified)}, mapi.ErrInvalidParameter},
		{"ErrorCode", []mapi.PropTag{mapi.Tag(0x0037, mapi.PtypErrorCode)}, mapi.ErrInvalidParameter},
		{"InstanceOfASingleValue", []mapi.PropTag{mapi.Tag(0x0037, mapi.PtypString|mapi.PtypMVInstance)}, mapi.ErrInvalidParameter},
	} {
		if got := w.code(&rop.SetColumnsRequest{In: in(2), PropertyTags: tt.columns}); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
		// A failed SetColumns leaves no columns, [MS-OXCTABL] 3.2.5.2.
		if got := w.code(&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 1}); got != mapi.ErrNullObject {
			t.Errorf("%s: QueryRows: %v", tt.name, got)
		}
	}
}

func TestQueryRowsCursor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(10)))
	w.inbox()
	w.contents(mapi.TagSubject)
	for _, step := range []struct {
		name   string
		req    rop.QueryRowsRequest
		want   []string
		origin uint8
	}{
		{"First", rop.QueryRowsRequest{ForwardRead: true, RowCount: 3}, names(0, 2), mapi.BookmarkCurrent},
		{"Stay", rop.QueryRowsRequest{ForwardRead: true, RowCount: 3, QueryRowsFlags: mapi.QueryRowsNoAdvance}, names(3, 5), mapi.BookmarkCurrent},
		{"Next", rop.QueryRowsRequest{ForwardRead: true, RowCount: 3}, names(3, 5), mapi.BookmarkCurrent},
		{"Back", rop.QueryRowsRequest{RowCount: 2}, names(5, 4), mapi.BookmarkCurrent},
		{"BackToTheBeginning", rop.QueryRowsRequest{RowCount: 100}, names(3, 0), mapi.BookmarkBeginning},
		{"NothingBehind", rop.QueryRowsRequest{RowCount: 1}, nil, mapi.BookmarkEnd}, // as Exchange 2010 has it
		{"All", rop.QueryRowsRequest{ForwardRead: true, RowCount: 100}, names(0, 9), mapi.BookmarkEnd},
		{"NoMore", rop.QueryRowsRequest{ForwardRead: true, RowCount: 100}, nil, mapi.BookmarkEnd},
	} {
		step.req.In = in(2)
		r := one[*rop.QueryRowsResponse](w, &step.req)
		if got := subjects(r, 0); !slices.Equal(got, step.want) {
			t.Errorf("%s: %v, want %v", step.name, got, step.want)
		}
		if r.Origin != step.origin {
			t.Errorf("%s: origin %d, want %d", step.name, r.Origin, step.origin)
		}
	}
}

func TestQueryRowsBackwardsOrigin2007(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(2)), withProfile("exchange2007"))
	w.inbox()
	w.contents(mapi.TagSubject)
	if r := one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(2), RowCount: 1}); r.Origin != mapi.BookmarkBeginning {
		t.Errorf("origin = %d", r.Origin)
	}
}

func TestQueryRowsFillsTheBuffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(20)))
	w.inbox()
	w.contents(mapi.TagSubject)
	read := func(max int) ([]rop.Response, error) {
		req := &rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 100}
		out, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: w.payload(req), Max: max})
		if err != nil {
			return nil, err
		}
		if len(out[0]) > max {
			t.Errorf("answer of %d bytes where %d fit", len(out[0]), max)
		}
		return w.decode(out[0], req), nil
	}
	// A row is 1+2*5 bytes, the frame 2+6+3+32.
	resps, err := read(43 + 3*11 + 10)
	if err != nil {
		t.Fatal(err)
	}
	if got := subjects(resps[0].(*rop.QueryRowsResponse), 0); !slices.Equal(got, names(0, 2)) {
		t.Errorf("rows = %v", got)
	}
	if resps, err = read(43 + 11); err != nil {
		t.Fatal(err)
	}
	if got := subjects(resps[0].(*rop.QueryRowsResponse), 0); !slices.Equal(got, names(3, 3)) {
		t.Errorf("rows = %v", got)
	}
	if resps, err = read(43 + 10); err != nil {
		t.Fatal(err)
	}
	if got := resps[0].Head().ReturnValue; got != mapi.ErrBufferTooSmall {
		t.Errorf("code = %v", got)
	}
}

func TestQueryRowsCutsLongValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(40)))
	w.inbox()
	w.contents(mapi.TagBody, mapi.TagBody.WithType(mapi.PtypString8))
	rows := w.rows(100).Rows
	if got := len(rows[20].Values[0].Str()); got != 200 {
		t.Errorf("a short body has %d characters", got)
	}
	long := rows[39].Values
	if len(long[0].Str()) != 255 || len(long[1].Str()) != 255 {
		t.Errorf("long bodies have %d and %d characters", len(long[0].Str()), len(long[1].Str()))
	}
}

func TestPitfall22ErrorCellsAreNotFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(2)))
	w.inbox()
	w.contents(mapi.TagMid, mapi.TagReplyTime, mapi.Tag(0x8123, mapi.PtypString), mapi.Tag(0x8123, mapi.PtypMultiString|mapi.PtypMVInstance), mapi.TagSubject)
	for _, row := range w.rows(10).Rows {
		for i, wantError := range []bool{false, true, true, true, false} {
			v := row.Values[i]
			if isError := v.Type() == mapi.PtypErrorCode; isError != wantError || isError && v.ErrorCode() != mapi.ErrNotFound {
				t.Errorf("column %d: %v", i, v)
			}
		}
	}
}

func TestQueryRowsComputedColumns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	columns := []mapi.PropTag{
		mapi.TagMid, mapi.TagFolderId, mapi.TagInstID, mapi.TagInstanceNum, mapi.TagEntryId, mapi.TagParentEntryId,
		mapi.TagSourceKey, mapi.TagChangeKey, mapi.TagMessageFlags, mapi.TagHasAttachments, mapi.TagMessageSize, mapi.TagMessageClass,
		mapi.TagRowType, mapi.TagDepth, mapi.TagInstanceKey, mapi.TagMessageStatus, mapi.TagAccess,
	}
	w.contents(columns...)
	keys := make(map[string]bool)
	for _, row := range w.rows(1000).Rows {
		v := row.Values
		one[*rop.OpenMessageResponse](w, &rop.OpenMessageRequest{
			InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[fidInbox], MessageID: v[0].ObjectID(), OpenModeFlags: 3,
		})
		// A row shows what the open message shows, but for what only rows have.
		got := w.props(3, columns...)
		for i, tag := range columns {
			if tag == mapi.TagRowType || tag == mapi.TagDepth {
				if v[i].Type() != mapi.PtypInteger32 {
					t.Errorf("%v = %v", tag, v[i])
				}
			} else if !got[i].Equal(v[i]) {
				t.Errorf("%v: row %v, message %v", tag, v[i], got[i])
			}
		}
		if keys[v[14].Str()] {
			t.Error("two rows with one instance key")
		}
		keys[v[14].Str()] = true
	}
}

func TestSortTable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		orders []prop.SortOrder
		want   []string
	}{
		{"SubjectDescending", []prop.SortOrder{{Tag: mapi.TagSubject, Order: prop.Descending}}, names(9, 0)},
		{"ReadThenSubject", []prop.SortOrder{{Tag: mapi.TagRead}, {Tag: mapi.TagSubject, Order: prop.Descending}},
			[]string{"m009", "m007", "m005", "m003", "m001", "m008", "m006", "m004", "m002", "m000"}},
		{"SizeDescending", []prop.SortOrder{{Tag: mapi.TagMessageSize, Order: prop.Descending}}, names(9, 0)},
		{"DeliveryTime", []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime}}, names(0, 9)},
		{"MissingValuesKeepTheOrderTheyCameIn", []prop.SortOrder{{Tag: mapi.TagReplyTime}}, names(0, 9)},
		{"None", nil, names(0, 9)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withSeed(numbered(10)))
			w.inbox()
			w.contents(mapi.TagSubject)
			w.rows(4)
			one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortOrders: tt.orders})
			if got := subjects(w.rows(100), 0); !slices.Equal(got, tt.want) { // from the beginning again
				t.Errorf("rows = %v", got)
			}
		})
	}
}

// manyOrders sorts by so many columns.
func manyOrders(n int) (out []prop.SortOrder) {
	for i := range n {
		out = append(out, prop.SortOrder{Tag: mapi.Tag(uint16(0x8000+i), mapi.PtypInteger32)})
	}
	return out
}

func TestSortTableRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(3)))
	l := w.inbox()
	w.contents(mapi.TagSubject)
	order := []prop.SortOrder{{Tag: mapi.TagSubject}}
	for _, tt := range []struct {
		name string
		req  rop.SortTableRequest
		want mapi.ErrorCode
	}{
		{"MoreCategoriesThanOrders", rop.SortTableRequest{CategoryCount: 2, SortOrders: order}, mapi.ErrInvalidParameter},
		{"MoreExpandedThanCategories", rop.SortTableRequest{ExpandedCount: 1, SortOrders: order}, mapi.ErrInvalidParameter},
		{"UnknownOrder", rop.SortTableRequest{SortOrders: []prop.SortOrder{{Tag: mapi.TagSubject, Order: 9}}}, mapi.ErrInvalidParameter},
		{"Unspecified", rop.SortTableRequest{SortOrders: []prop.SortOrder{{Tag: mapi.Tag(0x0037, mapi.PtypUnspecified)}}}, mapi.ErrInvalidParameter},
		{"Object", rop.SortTableRequest{SortOrders: []prop.SortOrder{{Tag: mapi.Tag(0x3701, mapi.PtypObject)}}}, mapi.ErrInvalidParameter},
		{"AllValuesAtOnce", rop.SortTableRequest{SortOrders: []prop.SortOrder{{Tag: mapi.Tag(0x8000, mapi.PtypMultiString)}}}, mapi.ErrNoSupport},
		{"TwoMultipleValues", rop.SortTableRequest{SortOrders: []prop.SortOrder{
			{Tag: mapi.Tag(0x8000, mapi.PtypMultiString|mapi.PtypMVInstance)}, {Tag: mapi.Tag(0x8001, mapi.PtypMultiString|mapi.PtypMVInstance)}}}, mapi.ErrInvalidParameter},
		{"MaximumWithoutCategories", rop.SortTableRequest{SortOrders: []prop.SortOrder{{Tag: mapi.TagSubject, Order: prop.MaximumCategory}}}, mapi.ErrInvalidParameter},
		{"MaximumNotAfterTheCategories", rop.SortTableRequest{CategoryCount: 1, SortOrders: []prop.SortOrder{
			{Tag: mapi.TagSubject}, {Tag: mapi.TagMessageSize}, {Tag: mapi.TagMessageSize, Order: prop.MaximumCategory}}}, mapi.ErrInvalidParameter},
		{"TooManyColumns", rop.SortTableRequest{SortOrders: manyOrders(100)}, mapi.ErrTooComplex},
		{"VeryManyColumns", rop.SortTableRequest{SortOrders: manyOrders(6000)}, mapi.ErrTooComplex},
	} {
		tt.req.In = in(2)
		if got := w.code(&tt.req); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
		// A failed SortTable leaves no order, [MS-OXCTABL] 3.2.5.3, whatever else succeeds.
		one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2)})
		if got := w.code(&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 1}); got != mapi.ErrNullObject {
			t.Errorf("%s: QueryRows: %v", tt.name, got)
		}
		one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortOrders: manyOrders(32)})
		w.rows(1)
	}
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidRoot]})
	one[*rop.GetHierarchyTableResponse](w, &rop.GetHierarchyTableRequest{InOut: inOut(1, 2)})
	if got := w.code(&rop.SortTableRequest{In: in(2), SortOrders: order}); got != mapi.ErrNoSupport {
		t.Errorf("hierarchy table: %v", got)
	}
}

func TestRestrict(t *testing.T) {
	t.Parallel()
	subject := func(relop prop.RelOp, s string) prop.Restriction {
		return prop.PropertyRestriction{RelOp: relop, Tag: mapi.TagSubject, Value: prop.Tagged{Tag: mapi.TagSubject, Value: prop.String(s)}}
	}
	unread := prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: mapi.TagMessageFlags, Mask: mapi.MfRead}
	for _, tt := range []struct {
		name string
		rs   prop.Restriction
		want []string
	}{
		{"Nothing", nil, names(0, 9)},
		{"Equal", subject(prop.RelOpEQ, "M003"), names(3, 3)},
		{"GreaterOrEqual", subject(prop.RelOpGE, "m007"), names(7, 9)},
		{"Bits", unread, []string{"m001", "m003", "m005", "m007", "m009"}},
		{"And", prop.AndRestriction{Parts: []prop.Restriction{unread, subject(prop.RelOpLT, "m004")}}, []string{"m001", "m003"}},
		{"Content", prop.ContentRestriction{Fuzzy: prop.FuzzySubstring | prop.FuzzyIgnoreCase, Tag: mapi.TagSubject,
			Value: prop.Tagged{Tag: mapi.TagSubject, Value: prop.String("08")}}, names(8, 8)},
		{"MissingProperty", prop.ExistRestriction{Tag: mapi.TagReplyTime}, nil},
		{"NotMissing", prop.NotRestriction{Part: prop.ExistRestriction{Tag: mapi.TagReplyTime}}, names(0, 9)},
		{"Recipients", prop.SubObjectRestriction{SubObject: mapi.TagMessageRecipients, Part: prop.ExistRestriction{Tag: mapi.TagDisplayName}}, names(0, 9)},
		{"Attachments", prop.SubObjectRestriction{SubObject: mapi.TagMessageAttachments, Part: prop.ExistRestriction{Tag: mapi.TagAttachMethod}}, nil},
		{"Count", prop.CountRestriction{Count: 3, Part: unread}, []string{"m001", "m003", "m005"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withSeed(numbered(10)))
			w.inbox()
			w.contents(mapi.TagSubject)
			one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2), Restriction: tt.rs})
			p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)})
			if p.Numerator != 0 || int(p.Denominator) != len(tt.want) {
				t.Errorf("position %d of %d", p.Numerator, p.Denominator)
			}
			if got := subjects(w.rows(100), 0); !slices.Equal(got, tt.want) {
				t.Errorf("rows = %v", got)
			}
			one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2)})
			if got := subjects(w.rows(100), 0); !slices.Equal(got, names(0, 9)) {
				t.Errorf("without it = %v", got)
			}
		})
	}
}

func TestSeekRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(10)))
	w.inbox()
	w.contents(mapi.TagSubject)
	for _, step := range []struct {
		name   string
		origin uint8
		rows   int32
		moved  int32
		less   bool
		at     uint32
	}{
		{"FromTheBeginning", mapi.BookmarkBeginning, 4, 4, false, 4},
		{"Back", mapi.BookmarkCurrent, -3, -3, false, 1},
		{"BeforeTheBeginning", mapi.BookmarkCurrent, -5, -1, true, 0},
		{"FromTheEnd", mapi.BookmarkEnd, -2, -2, false, 8},
		{"BeyondTheEnd", mapi.BookmarkCurrent, 100, 2, true, 10},
		{"StaysThere", mapi.BookmarkCurrent, 1, 0, true, 10},
	} {
		r := one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2), Origin: step.origin, RowCount: step.rows, WantRowMovedCount: true})
		p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)})
		if r.RowsSought != step.moved || r.HasSoughtLess != step.less || p.Numerator != step.at || p.Denominator != 10 {
			t.Errorf("%s: moved %d, less %v, now at %d of %d", step.name, r.RowsSought, r.HasSoughtLess, p.Numerator, p.Denominator)
		}
	}
}

func TestSeekRowFailureEndsTheBuffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(3)))
	w.inbox()
	w.contents(mapi.TagSubject)
	for origin, want := range map[uint8]mapi.ErrorCode{mapi.BookmarkCustom: mapi.ErrInvalidBookmark, 9: mapi.ErrInvalidParameter} {
		resps := w.run(&rop.SeekRowRequest{In: in(2), Origin: origin}, &rop.QueryPositionRequest{In: in(2)})
		if len(resps) != 1 || resps[0].Head().ReturnValue != want {
			t.Errorf("origin %d: %d responses, %v", origin, len(resps), resps[0].Head().ReturnValue)
		}
	}
}

func TestFindRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(10)))
	w.inbox()
	w.contents(mapi.TagSubject)
	unread := prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: mapi.TagMessageFlags, Mask: mapi.MfRead}
	for _, step := range []struct {
		name string
		req  rop.FindRowRequest
		want string
		code mapi.ErrorCode
		at   uint32
	}{
		{"First", rop.FindRowRequest{Restriction: unread}, "m001", 0, 1},
		{"SameAgainFromHere", rop.FindRowRequest{Restriction: unread, Origin: mapi.BookmarkCurrent}, "m001", 0, 1},
		{"Last", rop.FindRowRequest{Restriction: unread, Origin: mapi.BookmarkEnd, FindRowFlags: mapi.FindRowBackwards}, "m009", 0, 9},
		{"Before", rop.FindRowRequest{Restriction: unread, Origin: mapi.BookmarkCurrent, FindRowFlags: mapi.FindRowBackwards}, "m007", 0, 7},
		{"Everything", rop.FindRowRequest{}, "m000", 0, 0},
		{"NotFound", rop.FindRowRequest{Restriction: prop.ExistRestriction{Tag: mapi.TagReplyTime}}, "", mapi.ErrNotFound, 0},
	} {
		step.req.In = in(2)
		if step.code != 0 {
			if got := w.code(&step.req); got != step.code {
				t.Errorf("%s: %v", step.name, got)
			}
			continue
		}
		r := one[*rop.FindRowResponse](w, &step.req)
		p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)})
		if r.RowData == nil || r.RowData.Values[0].Str() != step.want || p.Numerator != step.at {
			t.Errorf("%s: %v at %d", step.name, r.RowData, p.Numerator)
		}
	}
}

func TestResetTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(5)))
	w.inbox()
	w.contents(mapi.TagSubject)
	one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagSubject, Order: prop.Descending}}})
	one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2), Restriction: prop.ExistRestriction{Tag: mapi.TagReplyTime}})
	one[*rop.ResetTableResponse](w, &rop.ResetTableRequest{In: in(2)})
	if got := w.code(&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 1}); got != mapi.ErrNullObject {
		t.Errorf("QueryRows: %v", got)
	}
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagSubject}})
	if got := subjects(w.rows(100), 0); !slices.Equal(got, names(0, 4)) {
		t.Errorf("rows = %v", got)
	}
}

func TestContentsTableFollowsChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(5)))
	l := w.inbox()
	w.contents(mapi.TagSubject, mapi.TagMid)
	one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagSubject}}})
	first := w.rows(2) // the cursor stands before m002
	mailbox := w.entry("alice").Mailbox
	err := w.store.Update(context.Background(), store.Scope{Mailboxes: []store.MailboxID{mailbox}}, func(tx store.Tx) error {
		for _, s := range []string{"m0005", "m0025"} {
			if _, err := tx.CreateMessage(store.NewMessage{
				Folder: store.FolderID(l.FolderIDs[fidInbox].Counter()),
				Props:  []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String(s)}},
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)})
	if p.Numerator != 3 || p.Denominator != 7 {
		t.Errorf("position %d of %d", p.Numerator, p.Denominator)
	}
	rest := w.rows(100)
	if got := subjects(rest, 0); !slices.Equal(got, []string{"m002", "m0025", "m003", "m004"}) {
		t.Errorf("after %v: %v", subjects(first, 0), got)
	}
}

// TestQueryRowsShowsChanges: what one session changes the next look of another shows, whatever was read before.
func TestQueryRowsShowsChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(5)))
	w.inbox()
	w.contents(mapi.TagMid, mapi.TagSubject, mapi.TagMessageFlags)
	look := func() (out []string) {
		one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2)})
		for _, row := range w.rows(100).Rows {
			out = append(out, fmt.Sprint(row.Values[1].Str(), uint32(row.Values[2].Bits())&mapi.MfRead))
		}
		return out
	}
	first := w.rows(100).Rows
	id := func(i int) store.MessageID { return store.MessageID(first[i].Values[0].ObjectID().Counter()) }
	expectRows(t, "before", look(), []string{"m0001", "m0010", "m0021", "m0030", "m0041"})
	for _, step := range []struct {
		name   string
		change func(tx store.Tx) error
		want   []string
	}{
		{"Save", func(tx store.Tx) error {
			_, err := tx.SaveMessage(id(1), store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{
				Set: []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String("new")}}}}})
			return err
		}, []string{"m0001", "new0", "m0021", "m0030", "m0041"}},
		{"Read", func(tx store.Tx) error {
			_, err := tx.SetMessageFlags(id(3), mapi.MfRead, mapi.MfRead)
			return err
		}, []string{"m0001", "new0", "m0021", "m0031", "m0041"}},
		{"Delete", func(tx store.Tx) error { return tx.DeleteMessage(id(0), false) }, []string{"new0", "m0021", "m0031", "m0041"}},
	} {
		w.change("alice", step.change)
		expectRows(t, step.name, look(), step.want)
	}
	// The deleted one is among the deleted.
	one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, 2), TableFlags: mapi.TableSoftDeletes})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagMid, mapi.TagSubject, mapi.TagMessageFlags}})
	expectRows(t, "deleted", look(), []string{"m0001"})
}

func TestContentsTableAssociated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(2)))
	l := w.inbox()
	mailbox := w.entry("alice").Mailbox
	err := w.store.Update(context.Background(), store.Scope{Mailboxes: []store.MailboxID{mailbox}}, func(tx store.Tx) error {
		_, err := tx.CreateMessage(store.NewMessage{
			Folder: store.FolderID(l.FolderIDs[fidInbox].Counter()), Associated: true,
			Props: []prop.Tagged{{Tag: mapi.TagMessageClass, Value: prop.String("IPM.Configuration.Test")}},
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r := one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, 2), TableFlags: mapi.TableAssociated})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagMessageClass, mapi.TagMessageFlags, mapi.TagAssociated}})
	rows := w.rows(10).Rows
	if r.RowCount != 1 || len(rows) != 1 {
		t.Fatalf("%d rows, the table said %d", len(rows), r.RowCount)
	}
	v := rows[0].Values
	if v[0].Str() != "IPM.Configuration.Test" || uint32(v[1].Bits())&mapi.MfFAI == 0 || !v[2].Bool() {
		t.Errorf("row = %v", v)
	}
	if n := w.contents(mapi.TagSubject); n != 2 {
		t.Errorf("%d normal rows", n)
	}
}

func TestTableFlagsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile             string
		contents, hierarchy mapi.ErrorCode
	}{
		{"exchange2007", mapi.Success, mapi.Success},
		{"exchange2010-sp1", mapi.ErrInvalidParameter, mapi.ErrNoSupport},
	} {
		w := newWorld(t, withProfile(tt.profile), withSeed(numbered(1)))
		w.inbox()
		if got := w.code(&rop.GetContentsTableRequest{InOut: inOut(1, 2), TableFlags: 0x01}); got != tt.contents {
			t.Errorf("%s: contents: %v", tt.profile, got)
		}
		if got := w.code(&rop.GetHierarchyTableRequest{InOut: inOut(1, 2), TableFlags: 0x01}); got != tt.hierarchy {
			t.Errorf("%s: hierarchy: %v", tt.profile, got)
		}
	}
}

func TestQueryColumnsAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Three attachments")
	one[*rop.GetAttachmentTableResponse](w, &rop.GetAttachmentTableRequest{InOut: inOut(3, 4)})
	one[*rop.GetHierarchyTableResponse](w, &rop.GetHierarchyTableRequest{InOut: inOut(1, 5)})
	for index, must := range map[uint8][]mapi.PropTag{
		2: {mapi.TagMid, mapi.TagSubject, mapi.TagMessageDeliveryTime},
		4: {mapi.TagAttachNumber, mapi.TagAttachLongFilename},
		5: {mapi.TagFolderId, mapi.TagDisplayName},
	} {
		tags := one[*rop.QueryColumnsAllResponse](w, &rop.QueryColumnsAllRequest{In: in(index)}).PropertyTags
		for _, tag := range must {
			if !slices.Contains(tags, tag) {
				t.Errorf("table %d has no column %v", index, tag)
			}
		}
		if len(slices.Compact(slices.Clone(tags))) != len(tags) || !slices.IsSorted(tags) {
			t.Errorf("table %d: columns repeat or are out of order", index)
		}
	}
}
