// Package seed fills a store from a description: users with their mailboxes, groups, contacts and public folders. The
// same seed gives the same identifiers, times and bytes on every machine.
package seed

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/prop"
)

// Seed is what a seed file says.
type Seed struct {
	Users              []User         `yaml:"users"`
	Groups             []Group        `yaml:"groups"`
	Contacts           []Contact      `yaml:"contacts"`
	PublicFolders      []PublicFolder `yaml:"public_folders"`
	PublicFolderAdmins []string       `yaml:"public_folder_admins"`

	source *source
}

// User is an account with a mailbox. Of an account that exists, only what is given changes.
type User struct {
	Name        string       `yaml:"name"`
	Password    string       `yaml:"password"`
	DisplayName string       `yaml:"display_name"`
	Mail        string       `yaml:"mail"`
	Aliases     []string     `yaml:"aliases"`
	Admin       *bool        `yaml:"admin"`
	Enabled     *bool        `yaml:"enabled"`
	Hidden      *bool        `yaml:"hidden"`
	Locale      uint32       `yaml:"locale"` // LCID that names the default folders; 0 is 1033
	Directory   Attributes   `yaml:"directory"`
	Quota       *Quota       `yaml:"quota"`
	Folders     []string     `yaml:"folders"`
	Messages    []Message    `yaml:"messages"`
	Permissions []Permission `yaml:"permissions"`
}

// Quota limits a mailbox, in KiB; 0 is no limit.
type Quota struct {
	Warning uint32 `yaml:"warning"`
	Send    uint32 `yaml:"send"`
	Receive uint32 `yaml:"receive"`
}

// Message is one message of a mailbox.
type Message struct {
	Folder      string       `yaml:"folder"` // path below the top of the mailbox, default folders by their English names
	From        string       `yaml:"from"`   // name of an entry, or an SMTP address
	To          []string     `yaml:"to"`
	Cc          []string     `yaml:"cc"`
	Bcc         []string     `yaml:"bcc"`
	Subject     string       `yaml:"subject"`
	Body        string       `yaml:"body"`
	HTML        string       `yaml:"html"`
	Received    time.Time    `yaml:"received"` // default: a minute after the message before it
	Read        bool         `yaml:"read"`
	Attachments []Attachment `yaml:"attachments"`
	EML         string       `yaml:"eml"` // path of a mail that says all of this but folder, received and read

	// What YAML can't say.
	Class string        `yaml:"-"` // IPM.Note if empty
	Props []prop.Tagged `yaml:"-"`
	Named []NamedValue  `yaml:"-"`
	Mail  []byte        `yaml:"-"` // what EML names
}

// NamedValue is a named property.
type NamedValue struct {
	Name  prop.Name
	Value prop.Value
}

// Attachment is a file, or in Go an embedded message.
type Attachment struct {
	Name     string   `yaml:"name"`
	Content  string   `yaml:"content"`
	Embedded *Message `yaml:"-"`
}

// Permission gives rights on a folder.
type Permission struct {
	Folder string `yaml:"folder"` // empty for a public folder's own
	User   string `yaml:"user"`   // name of a user or group, or default, or anonymous
	Role   string `yaml:"role"`   // see roles
}

// Group is a distribution list.
type Group struct {
	Name        string     `yaml:"name"`
	DisplayName string     `yaml:"display_name"`
	Mail        string     `yaml:"mail"`
	Aliases     []string   `yaml:"aliases"`
	Members     []string   `yaml:"members"`
	ManagedBy   string     `yaml:"managed_by"`
	Dynamic     bool       `yaml:"dynamic"`
	Hidden      *bool      `yaml:"hidden"`
	Directory   Attributes `yaml:"directory"`
}

// Contact is somebody with a mailbox elsewhere.
type Contact struct {
	Name        string     `yaml:"name"`
	DisplayName string     `yaml:"display_name"`
	Mail        string     `yaml:"mail"`
	Hidden      *bool      `yaml:"hidden"`
	Directory   Attributes `yaml:"directory"`
}

// PublicFolder is a folder of the public store.
type PublicFolder struct {
	Path        string       `yaml:"path"`
	MailEnabled bool         `yaml:"mail_enabled"`
	Name        string       `yaml:"name"` // alias of a mail-enabled folder; default: the last part of the path
	Permissions []Permission `yaml:"permissions"`
}

// Load reads a seed file. The files it names must lie in its own folder or below.
func Load(path string) (*Seed, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		cause := err
		if pe, ok := errors.AsType[*fs.PathError](err); ok {
			cause = pe.Err
		}
		return nil, fmt.Errorf("seed file %s can't be read (%w): give the path of a YAML file, or \"demo\" or \"none\"", path, cause)
	}
	root, err := os.OpenRoot(filepath.Dir(path)) // keeps links inside, too
	if err != nil {
		return nil, fmt.Errorf("folder of seed file %s can't be read: %w", path, err)
	}
	defer root.Close()
	return Parse(path, data, root.FS())
}

// Parse reads the text of a seed file. name stands in messages; files holds what the text may name, and nil forbids
// naming files. An error that is the text's is an *Error with all of its problems.
func Parse(name string, data []byte, files fs.FS) (*Seed, error) {
	s := &Seed{source: &source{name: name, lines: map[string]int{}}}
	if err := decode(data, s); err != nil {
		return nil, err
	}
	s.readFiles(files)
	s.validate()
	if err := s.source.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// maxFile bounds a file that a seed names.
const maxFile = 16 << 20

// readFiles replaces the paths of certificates by their contents, and reads the mails.
func (s *Seed) readFiles(files fs.FS) {
	s.readMails(files)
	each := func(a Attributes, path string) {
		for i, name := range a.Certificates {
			at := fmt.Sprintf("%s.directory.certificates[%d]", path, i)
			if files == nil {
				s.source.add(at, "a seed that comes over the network can't name files: leave the certificate out, or load the seed from a file")
				continue
			}
			data, err := readFile(files, name)
			if err != nil {
				s.source.add(at, "%v: name a file in the folder of the seed file, or below it", err)
			}
			a.certificates[i] = data
		}
	}
	for i := range s.Users {
		each(s.Users[i].Directory, fmt.Sprintf("users[%d]", i))
	}
	for i := range s.Contacts {
		each(s.Contacts[i].Directory, fmt.Sprintf("contacts[%d]", i))
	}
}

// readMails reads the mails that messages are made of.
func (s *Seed) readMails(files fs.FS) {
	for i, u := range s.Users {
		for j, m := range u.Messages {
			if m.EML == "" {
				continue
			}
			at := fmt.Sprintf("users[%d].messages[%d].eml", i, j)
			if files == nil {
				s.source.add(at, "a seed that comes over the network can't name files: give from, to, subject and body, or load the seed from a file")
				continue
			}
			data, err := readFile(files, m.EML)
			if err == nil {
				_, err = mailconv.ReadBytes(data, mailconv.ReadOptions{})
			}
			if err != nil {
				s.source.add(at, "%v: name a mail in the folder of the seed file, or below it", err)
			}
			u.Messages[j].Mail = data
		}
	}
}

func readFile(files fs.FS, name string) ([]byte, error) {
	name = filepath.ToSlash(filepath.Clean(name))
	if !fs.ValidPath(name) {
		return nil, fmt.Errorf("%q lies outside", name)
	}
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("%q is over %d MiB", name, maxFile>>20)
	}
	return data, err
}
