package seed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Options say how a seed is applied.
type Options struct {
	Organization Organization
	// Live takes creation times from the store's clock. Otherwise everything happens at Epoch, so that the same seed
	// gives the same store.
	Live bool
}

// Apply adds what s says to the store, all of it in one transaction or nothing. Entries that exist are changed, not
// made again; messages are always added. It also makes what every store has, the account the server checks itself with,
// and the public store if the seed has public folders. What can't be applied comes back as an *Error.
func Apply(ctx context.Context, st store.Store, dir store.Directory, s *Seed, o Options) error {
	snap, err := dir.Snapshot(ctx)
	if err != nil {
		return err
	}
	scope := store.Scope{Directory: true}
	err = st.View(ctx, scope, func(r store.Reader) error {
		all, err := r.Mailboxes()
		for _, m := range all {
			scope.Mailboxes = append(scope.Mailboxes, m.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	return apply(ctx, st, s, snap, scope, o, false)
}

// Reset empties the store and applies s, in one transaction.
func Reset(ctx context.Context, st store.Store, s *Seed, o Options) error {
	return apply(ctx, st, s, store.NewSnapshot(0, nil), store.Scope{Directory: true}, o, true)
}

func apply(ctx context.Context, st store.Store, s *Seed, snap *store.Snapshot, scope store.Scope, o Options, empty bool) error {
	checked := *s
	checked.source = &source{name: "seed"}
	if s.source != nil {
		checked.source = &source{name: s.source.name, lines: s.source.lines}
	}
	checked.checkReferences(snap, o.Organization.Domain)
	if err := checked.source.err(); err != nil {
		return err
	}
	if !o.Live {
		scope.Time = mapi.NewFileTime(Epoch)
	}
	return st.Update(ctx, scope, func(tx store.Tx) error {
		if empty {
			if err := tx.Clear(); err != nil {
				return err
			}
		}
		a := applier{Seed: &checked, tx: tx, org: o.Organization, replica: st.ReplicaGUID(), entries: slices.Clone(snap.Entries)}
		if err := a.run(); err != nil {
			return err
		}
		return checked.source.err() // what only the mailboxes could tell
	})
}

// applier writes a seed in one transaction.
type applier struct {
	*Seed
	tx      store.Tx
	org     Organization
	replica mapi.GUID
	entries []store.Entry // of the directory as it becomes
	public  store.Mailbox
}

func (a *applier) run() error {
	for _, step := range []func() error{a.provide, a.putUsers, a.putGroups, a.putContacts, a.putPublicFolders, a.fillMailboxes, a.provideOutbound, a.completePublic} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// provide makes what every store has, and the public store if there is something to put in.
func (a *applier) provide() (err error) {
	a.public, err = a.tx.PublicMailbox()
	if errors.Is(err, store.ErrNotFound) {
		if err = nil; len(a.PublicFolders)+len(a.PublicFolderAdmins) > 0 {
			a.public, err = CreatePublicStore(a.tx, a.org)
		}
	}
	if err != nil {
		return fmt.Errorf("public store: %w", err)
	}
	if a.entry(HealthAccount) != nil {
		return nil
	}
	return a.put(store.Entry{Kind: store.UserEntry, Name: HealthAccount, DisplayName: "Health Mailbox", Hidden: true, Enabled: true, System: true}, 0)
}

// provideOutbound makes the mailbox of what goes elsewhere. It comes last, so that it moves no other identifier.
func (a *applier) provideOutbound() error {
	if a.entry(OutboundAccount) != nil {
		return nil
	}
	return a.put(store.Entry{Kind: store.UserEntry, Name: OutboundAccount, DisplayName: "Outbound Mail", Hidden: true, Enabled: true, System: true}, 0)
}

// completePublic makes what clients look for in every public store.
func (a *applier) completePublic() error {
	if a.public.ID == 0 {
		return nil
	}
	for i, f := range a.PublicFolders {
		if !f.MailEnabled {
			continue
		}
		id, err := a.folder(a.public.ID, a.public.Special[store.SpecialIPMSubtree], strings.Split(f.Path, "/"))
		if err == nil {
			err = a.mailEnable(id, f.alias())
		}
		if err != nil {
			return fmt.Errorf("public_folders[%d]: %w", i, err)
		}
	}
	return completePublicStore(a.tx, a.public, a.org)
}

// entry finds an entry of the directory as it becomes.
func (a *applier) entry(name string) *store.Entry {
	for i := range a.entries {
		if strings.EqualFold(a.entries[i].Name, name) {
			return &a.entries[i]
		}
	}
	return nil
}

// put writes an entry, with a mailbox if it is a new user.
func (a *applier) put(e store.Entry, locale uint32) error {
	if e.DN == "" {
		e.DN = a.org.dn(e.Name)
		e.GUID = guid("entry", a.org.Name, a.org.Domain, strings.ToLower(e.Name))
	}
	if e.DisplayName == "" {
		e.DisplayName = e.Name
	}
	if e.Mail == "" {
		e.Mail = e.Name + "@" + a.org.Domain
	}
	if e.Kind == store.UserEntry && e.Mailbox == 0 {
		m, err := CreateMailbox(a.tx, a.org, a.replica, e.Name, locale)
		if err != nil {
			return fmt.Errorf("mailbox of %s: %w", e.Name, err)
		}
		e.Mailbox = m.ID
	}
	e, err := a.tx.PutEntry(e)
	if err != nil {
		return err
	}
	if old := a.entry(e.Name); old != nil {
		*old = e
	} else {
		a.entries = append(a.entries, e)
	}
	return nil
}

// change is the entry of a name to write, as it is or new.
func (a *applier) change(name string, kind store.EntryKind) store.Entry {
	if old := a.entry(name); old != nil {
		return *old
	}
	return store.Entry{Kind: kind, Name: name, Enabled: true}
}

// set replaces *p if there is a new value.
func set[T any](p *T, value *T) {
	if value != nil {
		*p = *value
	}
}

// setText replaces *p if there is a new text.
func setText(p *string, value string) {
	if value != "" {
		*p = value
	}
}

// setAttributes adds attributes to those an entry has.
func setAttributes(e *store.Entry, a Attributes) {
	all := make(map[string][]string, len(e.Attributes)+len(a.Values))
	for k, v := range e.Attributes {
		all[k] = v
	}
	for k, v := range a.Values {
		all[k] = v
	}
	if len(all) > 0 {
		e.Attributes = all
	}
	if len(a.certificates) > 0 {
		e.Certificates = a.certificates
	}
}

func (a *applier) putUsers() error {
	for i, u := range a.Users {
		e := a.change(u.Name, store.UserEntry)
		setText(&e.DisplayName, u.DisplayName)
		setText(&e.Mail, u.Mail)
		if u.Aliases != nil {
			e.Aliases = u.Aliases
		}
		set(&e.Hidden, u.Hidden)
		set(&e.Admin, u.Admin)
		set(&e.Enabled, u.Enabled)
		if u.Quota != nil {
			e.Quota = store.Quota(*u.Quota)
		}
		setAttributes(&e, u.Directory)
		if err := a.put(e, u.Locale); err != nil {
			return fmt.Errorf("users[%d]: %w", i, err)
		}
		if u.Password == "" {
			continue
		}
		if err := a.tx.SetCredential(store.Credential{Name: u.Name, NTHash: NTHash(u.Password)}); err != nil {
			return fmt.Errorf("users[%d]: %w", i, err)
		}
	}
	return nil
}

func (a *applier) putGroups() error {
	for i, g := range a.Groups {
		kind := store.ListEntry
		if g.Dynamic {
			kind = store.DynamicListEntry
		}
		e := a.change(g.Name, kind)
		e.Kind = kind
		setText(&e.DisplayName, g.DisplayName)
		setText(&e.Mail, g.Mail)
		setText(&e.ManagedBy, g.ManagedBy)
		if g.Members != nil || g.Dynamic {
			e.Members = g.Members
		}
		if g.Aliases != nil {
			e.Aliases = g.Aliases
		}
		set(&e.Hidden, g.Hidden)
		setAttributes(&e, g.Directory)
		if err := a.put(e, 0); err != nil {
			return fmt.Errorf("groups[%d]: %w", i, err)
		}
	}
	return nil
}

func (a *applier) putContacts() error {
	for i, c := range a.Contacts {
		e := a.change(c.Name, store.ContactEntry)
		setText(&e.DisplayName, c.DisplayName)
		setText(&e.Mail, c.Mail)
		set(&e.Hidden, c.Hidden)
		setAttributes(&e, c.Directory)
		if err := a.put(e, 0); err != nil {
			return fmt.Errorf("contacts[%d]: %w", i, err)
		}
	}
	return nil
}

func (a *applier) putPublicFolders() error {
	top := a.public.Special[store.SpecialIPMSubtree]
	for i, f := range a.PublicFolders {
		id, err := a.folder(a.public.ID, top, strings.Split(f.Path, "/"))
		if err != nil {
			return fmt.Errorf("public_folders[%d]: %w", i, err)
		}
		if err := a.permit(id, publicDefaults, f.Permissions); err != nil {
			return fmt.Errorf("public_folders[%d]: %w", i, err)
		}
		if !f.MailEnabled {
			continue
		}
		e := a.change(f.alias(), store.PublicFolderEntry)
		e.DisplayName, e.Mailbox = f.Path[strings.LastIndexByte(f.Path, '/')+1:], a.public.ID
		setAttributes(&e, Attributes{Values: map[string][]string{"folder_path": {f.Path}, "folder_id": {strconv.FormatUint(uint64(id), 10)}}})
		if err := a.put(e, 0); err != nil {
			return fmt.Errorf("public_folders[%d]: %w", i, err)
		}
	}
	if len(a.PublicFolderAdmins) == 0 {
		return nil
	}
	var owners []Permission
	for _, name := range a.PublicFolderAdmins {
		owners = append(owners, Permission{User: name, Role: "Owner"})
	}
	return a.permit(top, publicDefaults, owners)
}

// mailEnable tells a public folder by which entry of the address book it takes mail, [MS-OXCFOLD] 2.2.2.2.1.4: so it keeps
// it wherever it moves, and under whatever name.
func (a *applier) mailEnable(id store.FolderID, alias string) error {
	entryID := prop.Binary(msgprops.AddressBookEntryID{Type: mapi.DisplayForum, DN: a.entry(alias).DN}.Bytes())
	return a.tx.SetFolderProps(id, []prop.Tagged{{Tag: mapi.TagAddressBookEntryId, Value: entryID}}, nil)
}

// folder finds or makes the folder at a path.
func (a *applier) folder(m store.MailboxID, top store.FolderID, path []string) (store.FolderID, error) {
	for i, name := range path {
		f, err := a.tx.FolderByName(top, name)
		if errors.Is(err, store.ErrNotFound) {
			parent, perr := a.tx.Folder(top)
			if perr != nil {
				return 0, perr
			}
			n := store.NewFolder{Mailbox: m, Parent: top, Type: store.FolderGeneric, Special: store.SpecialCount, Name: name, Class: "IPF.Note"}
			if i > 0 && parent.Class != "" {
				n.Class = parent.Class
			}
			n.Props = []prop.Tagged{{Tag: mapi.TagDefaultPostMessageClass, Value: prop.String(postClasses[n.Class])}}
			f, err = a.tx.CreateFolder(n)
		}
		if err != nil {
			return 0, err
		}
		top = f.ID
	}
	return top, nil
}

// permit sets permissions of a folder beside those it has. A folder without any has defaults.
func (a *applier) permit(folder store.FolderID, defaults []store.Permission, items []Permission) error {
	list, err := a.tx.Permissions(folder)
	if err != nil {
		return err
	}
	if len(list) == 0 && len(items) > 0 {
		list = slices.Clone(defaults)
	}
	for _, p := range items {
		rights, _ := roleRights(p.Role) // validate has seen it
		n := store.Permission{Rights: rights}
		switch {
		case strings.EqualFold(p.User, "default"):
			n.Member = store.MemberDefault
		case strings.EqualFold(p.User, "anonymous"):
			n.Member = store.MemberAnonymous
		default:
			n.Account = p.User
			if e := a.entry(p.User); e != nil {
				n.Account = e.Name
			}
		}
		i := slices.IndexFunc(list, func(o store.Permission) bool {
			return strings.EqualFold(o.Account, n.Account) && (n.Account != "" || o.Member == n.Member)
		})
		if i >= 0 {
			list[i].Rights = rights
		} else {
			list = append(list, n)
		}
	}
	return a.tx.SetPermissions(folder, list)
}

// fillMailboxes makes folders, messages and permissions of users.
func (a *applier) fillMailboxes() error {
	snap := store.NewSnapshot(0, a.entries)
	for i, u := range a.Users {
		e := snap.ByName(u.Name)
		m, err := a.tx.Mailbox(e.Mailbox)
		if err != nil {
			return fmt.Errorf("users[%d]: %w", i, err)
		}
		for j, path := range u.Folders {
			top, rest := mailboxPath(m, path)
			if _, err := a.folder(m.ID, top, rest); err != nil {
				return fmt.Errorf("users[%d].folders[%d]: %w", i, j, err)
			}
		}
		for j, p := range u.Permissions {
			at := fmt.Sprintf("users[%d].permissions[%d]", i, j)
			if folder, ok, err := a.existing(m, p.Folder, at+".folder"); err != nil {
				return err
			} else if ok {
				if err := a.permit(folder, nil, []Permission{p}); err != nil {
					return fmt.Errorf("%s: %w", at, err)
				}
			}
		}
		if err := a.fill(m, e, u.Messages, fmt.Sprintf("users[%d]", i), snap); err != nil {
			return err
		}
	}
	return nil
}

// fill adds messages to a mailbox.
func (a *applier) fill(m store.Mailbox, e *store.Entry, messages []Message, at string, snap *store.Snapshot) error {
	dir := directory{snap}
	owner, _ := dir.find(e.Name)
	b := newBuilder(dir, owner, m.GUID.String(), a.org)
	b.register = func(names []prop.Name) ([]uint16, error) { return a.tx.RegisterNames(m.ID, names) }
	for j, msg := range messages {
		at := fmt.Sprintf("%s.messages[%d]", at, j)
		folder, ok, err := a.existing(m, msg.Folder, at+".folder")
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		draft := folder == m.Special[store.SpecialDrafts] || folder == m.Special[store.SpecialOutbox]
		n, err := b.build(msg, draft, folder == m.Special[store.SpecialSentItems])
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		n.Folder = folder
		if _, err := a.tx.CreateMessage(n); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	return nil
}

// mailboxPath splits a path into the default folder it begins at and the names below. Default folders go by their
// English names in every language.
func mailboxPath(m store.Mailbox, path string) (store.FolderID, []string) {
	parts := strings.Split(path, "/")
	top := store.SpecialIPMSubtree
	for len(parts) > 0 {
		i := slices.IndexFunc(privateTree, func(d defaultFolder) bool { return d.parent == top && strings.EqualFold(d.name, parts[0]) })
		if i < 0 {
			break
		}
		top, parts = privateTree[i].role, parts[1:]
	}
	return m.Special[top], parts
}

// existing finds the folder at a path. A folder that is not there is a problem of the seed.
func (a *applier) existing(m store.Mailbox, path, at string) (store.FolderID, bool, error) {
	id, rest := mailboxPath(m, path)
	for _, name := range rest {
		f, err := a.tx.FolderByName(id, name)
		if errors.Is(err, store.ErrNotFound) {
			a.source.add(at, "the mailbox has no folder %q: add it to \"folders\"", path)
			return 0, false, nil
		}
		if err != nil {
			return 0, false, err
		}
		id = f.ID
	}
	return id, true, nil
}
