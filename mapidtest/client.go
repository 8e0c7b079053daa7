package mapidtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// Level says how a client protects what it sends.
type Level int

// Levels, [MS-RPCE] 2.2.1.1.8.
const (
	Connect   = Level(auth.LevelConnect)   // the log-on only: everything goes in clear
	Integrity = Level(auth.LevelIntegrity) // signed
	Privacy   = Level(auth.LevelPrivacy)   // signed and sealed
)

// Code is an error code of the protocol, [MS-OXCDATA] 2.4.
type Code uint32

// Codes that tests of clients look for most.
const (
	NotEncrypted = Code(mapi.ErrNotEncrypted) // the server wants what the client sends sealed
	NotFound     = Code(mapi.ErrNotFound)
	AccessDenied = Code(mapi.ErrAccessDenied)
)

// String is the name in the specification, and the number.
func (c Code) String() string { return mapi.ErrorCode(c).String() }

// CodeOf is the code of the protocol that an error of TryLogOn carries, 0 if it carries none.
func CodeOf(err error) Code {
	code, _ := errors.AsType[mapi.ErrorCode](err)
	return Code(code)
}

// Client is a user who is logged on to a mailbox over RPC. It ends with the test. It is not safe for concurrent use.
type Client struct {
	s       *Server
	conn    *mapiclient.Conn
	session *mapiclient.Session
	store   uint32 // handle of the log-on
	inbox   mapi.ID
	top     mapi.ID // of the folders that a user sees
}

// LogOn logs a user on to the user's own mailbox: endpoint mapper, NTLM, connect, log-on. Without a level it is Privacy.
func (s *Server) LogOn(user, password string, level ...Level) *Client {
	s.process.t.Helper()
	c, err := s.TryLogOn(user, password, level...)
	if err != nil {
		s.process.t.Fatalf("mapidtest: log %s on: %v", user, err)
	}
	return c
}

// TryLogOn is LogOn for who expects a refusal; CodeOf tells which.
func (s *Server) TryLogOn(user, password string, level ...Level) (*Client, error) {
	ctx, stop := context.WithTimeout(s.process.t.Context(), s.process.timeout)
	defer stop()
	var account User
	if err := s.process.call("GET", "/api/v1/users/"+user, nil, nil, &account); err != nil {
		return nil, err
	}
	o := mapiclient.Options{Mapper: s.EPM(), Service: auth.ServiceNTLM, Level: auth.LevelPrivacy, User: user, Password: password}
	for _, l := range level {
		o.Level = auth.Level(l)
	}
	conn, err := mapiclient.Dial(ctx, o, mapiclient.EMSMDB)
	if err != nil {
		return nil, err
	}
	c := &Client{s: s, conn: conn}
	if err := c.open(ctx, account.DN); err != nil {
		conn.Close()
		return nil, err
	}
	s.process.t.Cleanup(c.close)
	return c, nil
}

func (c *Client) open(ctx context.Context, dn string) error {
	session, _, err := c.conn.Connect(ctx, mapiclient.ConnectRequest{UserDN: dn})
	if err != nil {
		return err
	}
	logon, store, err := session.Logon(ctx, dn)
	if err != nil {
		return err
	}
	c.session, c.store = session, store
	c.top, c.inbox = logon.FolderIDs[3], logon.FolderIDs[4] // [MS-OXCROPS] 2.2.3.1.2
	return nil
}

// closeTime bounds a disconnect.
const closeTime = time.Second

// close ends the session. The test may have been cancelled by then.
func (c *Client) close() {
	ctx, stop := context.WithTimeout(context.WithoutCancel(c.s.process.t.Context()), closeTime)
	defer stop()
	c.session.Disconnect(ctx) // the server may have ended it
	c.conn.Close()
}

// Subjects returns the subjects of a folder in the order of its contents table, newest first. The folder is a path
// like Inbox/Projects.
func (c *Client) Subjects(folder string) []string {
	t := c.s.process.t
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), c.s.process.timeout)
	defer stop()
	subjects, err := c.subjects(ctx, folder)
	if err != nil {
		t.Fatalf("mapidtest: read %s: %v", folder, err)
	}
	return subjects
}

func (c *Client) subjects(ctx context.Context, path string) ([]string, error) {
	id, err := c.folder(ctx, path)
	if err != nil {
		return nil, err
	}
	newest := &rop.SortTableRequest{In: tableIn, SortOrders: []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime, Order: prop.Descending}}}
	rows, err := c.rows(ctx, id, []rop.Request{&rop.GetContentsTableRequest{InOut: tableOut}, newest}, mapi.TagSubject)
	subjects := make([]string, len(rows))
	for i, r := range rows {
		subjects[i] = r.Values[0].Str()
	}
	return subjects, err
}

// folder finds a folder by its path below the top, the Inbox under this name in every language.
func (c *Client) folder(ctx context.Context, path string) (mapi.ID, error) {
	parts := strings.Split(path, "/")
	id := c.top
	if strings.EqualFold(parts[0], "Inbox") {
		id, parts = c.inbox, parts[1:]
	}
	for _, name := range parts {
		rows, err := c.rows(ctx, id, []rop.Request{&rop.GetHierarchyTableRequest{InOut: tableOut}}, mapi.TagFolderId, mapi.TagDisplayName)
		if err != nil {
			return id, err
		}
		i := slices.IndexFunc(rows, func(r prop.Row) bool { return strings.EqualFold(r.Values[1].Str(), name) })
		if i < 0 {
			return id, fmt.Errorf("folder %s: %w", name, mapi.ErrNotFound)
		}
		id = rows[i].Values[0].ObjectID()
	}
	return id, nil
}

// Handles of the calls that read a table: the folder is 0, the table 1.
var (
	tableOut = rop.InOut{OutputHandleIndex: 1}
	tableIn  = rop.In{InputHandleIndex: 1}
)

// rowsPerCall is how many rows one call asks for; the server returns what fits.
const rowsPerCall = 500

// rows reads a table of a folder to its end; open are the ROPs that make it.
func (c *Client) rows(ctx context.Context, folder mapi.ID, open []rop.Request, columns ...mapi.PropTag) ([]prop.Row, error) {
	_, handles, err := mapiclient.Do[*rop.OpenFolderResponse](ctx, c.session,
		&rop.OpenFolderRequest{InOut: tableOut, FolderID: folder}, c.store)
	if err != nil {
		return nil, err
	}
	handles = []uint32{handles[1], rop.NoHandle}
	defer func() { c.session.Release(ctx, handles...) }() // what reading found out counts
	for _, req := range append(slices.Clone(open), &rop.SetColumnsRequest{In: tableIn, PropertyTags: columns}) {
		reply, err := c.session.Execute(ctx, []rop.Request{req}, handles...)
		if err != nil {
			return nil, err
		}
		handles = reply.Handles
		for _, r := range reply.Responses {
			if head := r.Head(); head != nil && head.ReturnValue != 0 {
				return nil, fmt.Errorf("%v: %w", req.RopID(), head.ReturnValue)
			}
		}
	}
	var rows []prop.Row
	for {
		next, _, err := mapiclient.Do[*rop.QueryRowsResponse](ctx, c.session,
			&rop.QueryRowsRequest{In: tableIn, ForwardRead: true, RowCount: rowsPerCall}, handles...)
		if err != nil {
			return rows, err
		}
		if len(next.Rows) == 0 {
			return rows, nil
		}
		rows = append(rows, next.Rows...)
	}
}
