package admin

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/mapid/mapid/store"
)

// Accounts changes accounts and what belongs to them.
type Accounts interface {
	// Add makes an account with its mailbox, or returns store.ErrExists.
	Add(ctx context.Context, u NewUser) error
	// Change changes an account, or returns store.ErrNotFound.
	Change(ctx context.Context, name string, change UserChange) error
	// Remove removes an account and its mailbox, or returns store.ErrNotFound.
	Remove(ctx context.Context, name string) error
}

// User is one account with a mailbox.
type User struct {
	Name        string              `json:"name"`
	DisplayName string              `json:"display_name"`
	Mail        string              `json:"mail"`
	Aliases     []string            `json:"aliases"`
	DN          string              `json:"dn"`
	GUID        string              `json:"guid"`
	Admin       bool                `json:"admin"`
	Enabled     bool                `json:"enabled"`
	Hidden      bool                `json:"hidden"`
	Directory   map[string][]string `json:"directory"`
	Quota       Quota               `json:"quota"`
}

// Quota limits a mailbox, in KiB; 0 is no limit.
type Quota struct {
	Warning uint32 `json:"warning"`
	Send    uint32 `json:"send"`
	Receive uint32 `json:"receive"`
}

// NewUser describes an account to add. What is left out has the defaults of a seed file.
type NewUser struct {
	Name        string              `json:"name"`
	Password    string              `json:"password"`
	DisplayName string              `json:"display_name,omitempty"`
	Mail        string              `json:"mail,omitempty"`
	Aliases     []string            `json:"aliases,omitempty"`
	Admin       bool                `json:"admin,omitempty"`
	Enabled     Field[bool]         `json:"enabled,omitzero"`
	Hidden      bool                `json:"hidden,omitempty"`
	Directory   map[string][]string `json:"directory,omitempty"`
	Quota       Quota               `json:"quota,omitzero"`
}

// UserChange changes an account. In Directory an attribute with an empty list is removed, and one that is not named
// stays.
type UserChange struct {
	Password    Field[string]              `json:"password,omitzero"`
	DisplayName Field[string]              `json:"display_name,omitzero"`
	Mail        Field[string]              `json:"mail,omitzero"`
	Aliases     Field[[]string]            `json:"aliases,omitzero"`
	Admin       Field[bool]                `json:"admin,omitzero"`
	Enabled     Field[bool]                `json:"enabled,omitzero"`
	Hidden      Field[bool]                `json:"hidden,omitzero"`
	Directory   Field[map[string][]string] `json:"directory,omitzero"`
	Quota       Field[Quota]               `json:"quota,omitzero"`
}

// UserList is the answer to what accounts there are.
type UserList struct {
	Users []User `json:"users"`
}

// userOf turns an entry of the directory into a User.
func userOf(e *store.Entry) User {
	u := User{
		Name: e.Name, DisplayName: e.DisplayName, Mail: e.Mail, Aliases: e.Aliases, DN: e.DN, GUID: e.GUID.String(),
		Admin: e.Admin, Enabled: e.Enabled, Hidden: e.Hidden, Directory: e.Attributes, Quota: Quota(e.Quota),
	}
	if u.Aliases == nil {
		u.Aliases = []string{}
	}
	if u.Directory == nil {
		u.Directory = map[string][]string{}
	}
	return u
}

// account finds the entry of an account.
func (s *Server) account(ctx context.Context, name string) (*store.Entry, error) {
	snapshot, err := s.opts.Directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	e := snapshot.ByName(name)
	if e == nil {
		e = snapshot.ByMail(name)
	}
	if e == nil || e.Kind != store.UserEntry || e.System {
		return nil, fmt.Errorf("user %q: %w", name, store.ErrNotFound)
	}
	return e, nil
}

// owner finds the entry of whose mailbox it is: an account, or the server's own of what goes elsewhere.
func (s *Server) owner(ctx context.Context, name string) (*store.Entry, error) {
	if s.opts.Outbound == "" || !strings.EqualFold(name, s.opts.Outbound) {
		return s.account(ctx, name)
	}
	snapshot, err := s.opts.Directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	if e := snapshot.ByName(name); e != nil {
		return e, nil
	}
	return nil, fmt.Errorf("user %q: %w", name, store.ErrNotFound)
}

func (s *Server) listUsers(r *http.Request) (UserList, error) {
	list := UserList{Users: []User{}}
	snapshot, err := s.opts.Directory.Snapshot(r.Context())
	if err != nil {
		return list, err
	}
	for i := range snapshot.Entries {
		if e := &snapshot.Entries[i]; e.Kind == store.UserEntry && !e.System {
			list.Users = append(list.Users, userOf(e))
		}
	}
	return list, nil
}

func (s *Server) getUser(r *http.Request) (User, error) {
	e, err := s.account(r.Context(), r.PathValue("name"))
	if err != nil {
		return User{}, err
	}
	return userOf(e), nil
}

func (s *Server) addUser(r *http.Request, u NewUser) (User, error) {
	if err := s.opts.Accounts.Add(r.Context(), u); err != nil {
		return User{}, err
	}
	e, err := s.account(r.Context(), u.Name)
	if err != nil {
		return User{}, err
	}
	return userOf(e), nil
}

func (s *Server) patchUser(r *http.Request, change UserChange) (User, error) {
	e, err := s.account(r.Context(), r.PathValue("name"))
	if err != nil {
		return User{}, err
	}
	if err := s.opts.Accounts.Change(r.Context(), e.Name, change); err != nil {
		return User{}, err
	}
	if e, err = s.account(r.Context(), e.Name); err != nil {
		return User{}, err
	}
	return userOf(e), nil
}

func (s *Server) removeUser(r *http.Request) error {
	e, err := s.account(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	return s.opts.Accounts.Remove(r.Context(), e.Name)
}
