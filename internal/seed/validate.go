package seed

import (
	"fmt"
	"net/mail"
	"strings"

	"github.com/mapid/mapid/store"
)

// Roles are the names of sets of rights, [MS-OXCPERM] 2.2.7 as clients name them.
var roles = map[string]uint32{
	"Owner": 0x7FB, "PublishingEditor": 0x4FB, "Editor": 0x47B, "PublishingAuthor": 0x49B, "Author": 0x41B,
	"NonEditingAuthor": 0x413, "Reviewer": 0x401, "Contributor": 0x402, "None": 0x000,
	"AvailabilityOnly": 0x800, "LimitedDetails": 0x1800,
}

const roleNames = "Owner, PublishingEditor, Editor, PublishingAuthor, Author, NonEditingAuthor, Reviewer, Contributor, None, AvailabilityOnly or LimitedDetails"

// HealthAccount is the account that the server checks itself with. It is hidden, has a mailbox and no password.
const HealthAccount = "healthmailbox"

// OutboundAccount is the account whose mailbox gets the mail to other organisations. It is hidden and has no password.
const OutboundAccount = "outbound"

// roleRights finds the rights of a role without regard to case, blanks, or hyphens.
func roleRights(name string) (uint32, bool) {
	plain := strings.NewReplacer(" ", "", "-", "", "_", "").Replace(name)
	for role, rights := range roles {
		if strings.EqualFold(role, plain) {
			return rights, true
		}
	}
	return 0, false
}

// validate notes what is wrong with a seed by itself. Whom it refers to is looked at when it is applied.
func (s *Seed) validate() {
	v := validator{source: s.source, names: map[string]string{}, mails: map[string]string{}}
	for i, u := range s.Users {
		at := fmt.Sprintf("users[%d]", i)
		v.name(at, u.Name)
		if line, ok := s.source.lines[at+".password"]; ok && line > 0 && u.Password == "" {
			s.source.add(at+".password", "the password is empty: give one, or leave the key out to keep the one of an existing account")
		}
		v.mail(at+".mail", u.Mail)
		for j, a := range u.Aliases {
			v.mail(fmt.Sprintf("%s.aliases[%d]", at, j), a)
		}
		for j, f := range u.Folders {
			v.path(fmt.Sprintf("%s.folders[%d]", at, j), f)
		}
		for j, m := range u.Messages {
			v.message(fmt.Sprintf("%s.messages[%d]", at, j), m)
		}
		for j, p := range u.Permissions {
			v.permission(fmt.Sprintf("%s.permissions[%d]", at, j), p, true)
		}
	}
	for i, g := range s.Groups {
		at := fmt.Sprintf("groups[%d]", i)
		v.name(at, g.Name)
		v.mail(at+".mail", g.Mail)
		for j, a := range g.Aliases {
			v.mail(fmt.Sprintf("%s.aliases[%d]", at, j), a)
		}
		if g.Dynamic && len(g.Members) > 0 {
			s.source.add(at+".members", "a dynamic group has everybody as members: leave the members out, or \"dynamic\"")
		}
	}
	for i, c := range s.Contacts {
		at := fmt.Sprintf("contacts[%d]", i)
		v.name(at, c.Name)
		if c.Mail == "" {
			s.source.add(at, "a contact has its mailbox elsewhere: give its address as \"mail\"")
		}
		v.mail(at+".mail", c.Mail)
	}
	for i, f := range s.PublicFolders {
		at := fmt.Sprintf("public_folders[%d]", i)
		v.path(at+".path", f.Path)
		if f.MailEnabled {
			v.name(at, f.alias())
		} else if f.Name != "" {
			s.source.add(at+".name", "only a mail-enabled folder has a name in the address book: add \"mail_enabled: true\"")
		}
		for j, p := range f.Permissions {
			v.permission(fmt.Sprintf("%s.permissions[%d]", at, j), p, false)
		}
	}
}

// validator knows the names and addresses seen so far, with the paths they stand at.
type validator struct {
	*source
	names, mails map[string]string
}

func (v *validator) name(at, name string) {
	key := strings.ToLower(name)
	switch other, taken := v.names[key]; {
	case name == "":
		v.add(at, "no name: add \"name\"")
	case len(name) > 64 || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789._-") != "" || strings.Trim(name, "._-") == "":
		v.add(at+".name", "%q can't be a name: use up to 64 letters, digits, dots, hyphens and underscores", name)
	case key == HealthAccount || key == OutboundAccount || key == "default" || key == "anonymous":
		v.add(at+".name", "%q is a name of the server's own: choose another", name)
	case taken:
		v.add(at+".name", "%q is the name of %s already: choose another", name, other)
	default:
		v.names[key] = at
	}
}

func (v *validator) mail(at, address string) {
	if address == "" {
		return
	}
	key := strings.ToLower(address)
	switch other, taken := v.mails[key]; {
	case !isAddress(address):
		v.add(at, "%q is not an SMTP address: write it as name@domain", address)
	case taken:
		v.add(at, "%q is the address of %s already: choose another", address, other)
	default:
		v.mails[key] = at
	}
}

// isAddress reports whether s is a bare SMTP address.
func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

func (v *validator) path(at, path string) {
	parts := strings.Split(path, "/")
	if len(parts) > 30 {
		v.add(at, "the path has more than 30 folders: nest less deeply")
	}
	for _, part := range parts {
		if part == "" || strings.TrimSpace(part) != part || len(part) > 255 {
			v.add(at, "%q is not a path of folders: write names of up to 255 bytes with \"/\" between them", path)
			return
		}
	}
}

func (v *validator) message(at string, m Message) {
	if m.EML != "" && (m.From+m.Subject+m.Body+m.HTML != "" || len(m.To)+len(m.Cc)+len(m.Bcc)+len(m.Attachments) > 0) {
		v.add(at+".eml", "the mail says who it is from, whom it is to and what it says: leave everything but folder, received and read out, or leave out \"eml\"")
	}
	if m.Folder == "" {
		v.add(at, "no folder: add \"folder: Inbox\"")
	} else {
		v.path(at+".folder", m.Folder)
	}
	for i, a := range m.Attachments {
		if a.Name == "" {
			v.add(fmt.Sprintf("%s.attachments[%d]", at, i), "no file name: add \"name\"")
		}
	}
}

func (v *validator) permission(at string, p Permission, inMailbox bool) {
	switch {
	case inMailbox && p.Folder == "":
		v.add(at, "no folder: add \"folder: Calendar\"")
	case inMailbox:
		v.path(at+".folder", p.Folder)
	case p.Folder != "":
		v.add(at+".folder", "the permission is this folder's: leave \"folder\" out, or give the other folder an item of its own")
	}
	if p.User == "" {
		v.add(at, "no user: add \"user\", which may also be default or anonymous")
	}
	if _, ok := roleRights(p.Role); !ok {
		v.add(at+".role", "%q is not a role: choose %s", p.Role, roleNames)
	}
}

// alias is the name of a mail-enabled folder in the address book.
func (f PublicFolder) alias() string {
	if f.Name != "" {
		return f.Name
	}
	last := f.Path[strings.LastIndexByte(f.Path, '/')+1:]
	return strings.Trim(strings.Map(func(c rune) rune {
		switch {
		case 'A' <= c && c <= 'Z':
			return c + 'a' - 'A'
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '.', c == '_':
			return c
		}
		return '-'
	}, last), "-._")
}

// checkReferences notes names that neither the seed nor the directory has, and accounts that lack what a new one needs.
func (s *Seed) checkReferences(snap *store.Snapshot, domain string) {
	mails := newAddresses(s.source, snap, domain)
	names := map[string]bool{}
	for _, u := range s.Users {
		names[strings.ToLower(u.Name)] = true
	}
	for _, g := range s.Groups {
		names[strings.ToLower(g.Name)] = true
	}
	for _, c := range s.Contacts {
		names[strings.ToLower(c.Name)] = true
	}
	for _, f := range s.PublicFolders {
		if f.MailEnabled {
			names[strings.ToLower(f.alias())] = true
		}
	}
	entry := func(at, name string) {
		if name != "" && !names[strings.ToLower(name)] && snap.ByName(name) == nil {
			s.source.add(at, "nobody is called %q: name a user, group or contact of the seed or the directory", name)
		}
	}
	for i, u := range s.Users {
		at := fmt.Sprintf("users[%d]", i)
		old := snap.ByName(u.Name)
		if old == nil && u.Password == "" {
			s.source.add(at, "the account %q is new and has no password: add \"password\"", u.Name)
		}
		if old != nil && old.Kind != store.UserEntry {
			s.source.add(at+".name", "%q is in the directory already and is not a user: choose another name", u.Name)
		}
		mails.check(at, u.Name, u.Mail, u.Aliases)
		for j, m := range u.Messages {
			s.checkAddresses(fmt.Sprintf("%s.messages[%d]", at, j), m, entry)
		}
		for j, p := range u.Permissions {
			if !isSpecialMember(p.User) {
				entry(fmt.Sprintf("%s.permissions[%d].user", at, j), p.User)
			}
		}
		s.checkAttributes(at, u.Directory, entry)
	}
	for i, g := range s.Groups {
		at := fmt.Sprintf("groups[%d]", i)
		if old := snap.ByName(g.Name); old != nil && old.Kind != store.ListEntry && old.Kind != store.DynamicListEntry {
			s.source.add(at+".name", "%q is in the directory already and is not a group: choose another name", g.Name)
		}
		mails.check(at, g.Name, g.Mail, g.Aliases)
		for j, m := range g.Members {
			entry(fmt.Sprintf("%s.members[%d]", at, j), m)
		}
		entry(at+".managed_by", g.ManagedBy)
		s.checkAttributes(at, g.Directory, entry)
	}
	for i, c := range s.Contacts {
		at := fmt.Sprintf("contacts[%d]", i)
		if old := snap.ByName(c.Name); old != nil && old.Kind != store.ContactEntry {
			s.source.add(at+".name", "%q is in the directory already and is not a contact: choose another name", c.Name)
		}
		mails.check(at, c.Name, c.Mail, nil)
		s.checkAttributes(at, c.Directory, entry)
	}
	for i, f := range s.PublicFolders {
		at := fmt.Sprintf("public_folders[%d]", i)
		if old := snap.ByName(f.alias()); f.MailEnabled && old != nil && old.Kind != store.PublicFolderEntry {
			s.source.add(at, "%q is in the directory already: give the folder another \"name\"", f.alias())
		}
		if f.MailEnabled {
			mails.check(at, f.alias(), "", nil)
		}
		for j, p := range f.Permissions {
			if !isSpecialMember(p.User) {
				entry(fmt.Sprintf("%s.permissions[%d].user", at, j), p.User)
			}
		}
	}
	for i, name := range s.PublicFolderAdmins {
		entry(fmt.Sprintf("public_folder_admins[%d]", i), name)
	}
}

// addresses are the SMTP addresses of the directory as it becomes, with the names of their entries.
type addresses struct {
	*source
	snap   *store.Snapshot
	domain string
	owner  map[string]string
}

func newAddresses(s *source, snap *store.Snapshot, domain string) addresses {
	a := addresses{s, snap, domain, map[string]string{}}
	for _, e := range snap.Entries {
		for _, address := range append([]string{e.Mail}, e.Aliases...) {
			a.owner[strings.ToLower(address)] = e.Name
		}
	}
	return a
}

// check takes the addresses of an entry, the one it gets by default included, and notes those that are another's.
func (a addresses) check(at, name, mail string, aliases []string) {
	take := func(at, address, remedy string) {
		key := strings.ToLower(address)
		if owner, taken := a.owner[key]; taken && !strings.EqualFold(owner, name) {
			a.add(at, "%q is the address of %q already: %s", address, owner, remedy)
			return
		}
		a.owner[key] = name
	}
	switch {
	case mail != "":
		take(at+".mail", mail, "choose another")
	case a.snap.ByName(name) == nil:
		take(at, name+"@"+a.domain, "give another as \"mail\"")
	}
	for i, alias := range aliases {
		take(fmt.Sprintf("%s.aliases[%d]", at, i), alias, "choose another")
	}
}

func isSpecialMember(name string) bool {
	return strings.EqualFold(name, "default") || strings.EqualFold(name, "anonymous")
}

func (s *Seed) checkAttributes(at string, a Attributes, entry func(at, name string)) {
	for _, key := range references {
		for _, name := range a.Values[key] {
			entry(fmt.Sprintf("%s.directory.%s", at, key), name)
		}
	}
}

// checkAddresses looks at sender and recipients: names of entries, or SMTP addresses with or without a display name.
func (s *Seed) checkAddresses(at string, m Message, entry func(at, name string)) {
	one := func(at, who string) {
		if !strings.Contains(who, "@") {
			entry(at, who)
		} else if _, err := mail.ParseAddress(who); err != nil {
			s.source.add(at, "%q is not an SMTP address: write it as name@domain, or \"Some Body <name@domain>\"", who)
		}
	}
	one(at+".from", m.From)
	for _, list := range []struct {
		key string
		who []string
	}{{"to", m.To}, {"cc", m.Cc}, {"bcc", m.Bcc}} {
		for i, who := range list.who {
			one(fmt.Sprintf("%s.%s[%d]", at, list.key, i), who)
		}
	}
}
