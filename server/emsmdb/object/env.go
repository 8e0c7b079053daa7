package object

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/server/emsmdb/lock"
	"github.com/mapid/mapid/server/emsmdb/notify"
	"github.com/mapid/mapid/server/emsmdb/submit"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// Server is who the server says it is.
type Server struct {
	Name string // EXCH01
	FQDN string // exch01.mapid.test
	DN   string // /o=…/ou=…/cn=Configuration/cn=Servers/cn=EXCH01
}

// peer is the DN of another server of the same administrative group.
func (s Server) peer(name string) string {
	return s.DN[:strings.LastIndexByte(s.DN, '=')+1] + name
}

// EnvOptions configures an Env.
type EnvOptions struct {
	Store     store.Store
	Directory store.Directory
	Profile   *profile.Profile
	Server    Server
	Now       func() time.Time
	Orders    int64 // bytes that orders of contents tables may take
	Limits    Limits
}

// Limits bound what one message may hold. A zero field stands for the default.
type Limits struct {
	Recipients  int   // rows of a message, 20,000
	Attachments int   // of one message, 1,000
	Depth       int   // of embedding, 30: a message in a folder has 0
	MessageSize int64 // bytes, 2 GiB
	Stream      int64 // bytes of a property that is written as a stream, 2 GiB; some versions have no other limit
}

// orDefault fills in defaults.
func (l Limits) orDefault() Limits {
	return Limits{
		Recipients: cmp.Or(l.Recipients, 20000), Attachments: cmp.Or(l.Attachments, 1000), Depth: cmp.Or(l.Depth, 30),
		MessageSize: cmp.Or(l.MessageSize, 2<<30), Stream: min(cmp.Or(l.Stream, maxStream), maxStream),
	}
}

// Env is what all objects of a server share. It is safe for concurrent use.
type Env struct {
	EnvOptions
	views      *view.Cache
	folders    *cache.Folders
	rows       *cache.Rows
	mailboxes  *cache.Mailboxes
	hub        *notify.Hub
	collations sync.Map // LCID → *prop.Collation
	locks      lock.Regions
	origins    atomic.Uint64
	spool      submit.Locks // messages that clients send themselves
}

// NewEnv returns an Env that follows the store's changes until Close.
func NewEnv(opts EnvOptions) *Env {
	opts.Limits = opts.Limits.orDefault()
	e := &Env{EnvOptions: opts}
	// What keeps caches is told of changes before what wakes clients: who is woken must not read what was.
	e.folders, e.rows, e.mailboxes = cache.NewFolders(opts.Store), cache.NewRows(opts.Store, opts.Orders/4), cache.NewMailboxes(opts.Store)
	e.views = view.NewCache(opts.Store, opts.Orders)
	e.hub = notify.NewHub(opts.Store.Changes())
	return e
}

// Close stops following the store.
func (e *Env) Close() {
	e.views.Close()
	e.folders.Close()
	e.rows.Close()
	e.mailboxes.Close()
	e.hub.Close()
}

// Origin names a session among those whose changes go into the store.
func (e *Env) Origin() uint64 { return e.origins.Add(1) }

// collation returns the order of text in a locale.
func (e *Env) collation(lcid uint32) *prop.Collation {
	if c, ok := e.collations.Load(lcid); ok {
		return c.(*prop.Collation)
	}
	c, _ := e.collations.LoadOrStore(lcid, prop.NewCollation(lcid))
	return c.(*prop.Collation)
}

// hides reports whether the version does not know a property of messages, even if it is stored.
func (e *Env) hides(id uint16) bool {
	switch id {
	case mapi.TagNativeBody.ID():
		return !e.Profile.Message.NativeBody
	case mapi.TagTrustSender.ID():
		return !e.Profile.Message.TrustSender
	case mapi.TagConversationId.ID():
		return !e.Profile.Submit.ConversationID
	}
	return false
}

// HasPublicFolders reports whether the store has public folders.
func (e *Env) HasPublicFolders(ctx context.Context) (bool, error) {
	_, err := e.mailboxes.Get(ctx, cache.PublicMailbox)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// folderID turns an id of the protocol into one of the store. Ids of another replica name nothing here.
func folderID(id mapi.ID) (store.FolderID, bool) {
	return store.FolderID(id.Counter()), id.ReplID() == ownReplica && id.Counter() != 0
}

// messageID is folderID for messages.
func messageID(id mapi.ID) (store.MessageID, bool) {
	return store.MessageID(id.Counter()), id.ReplID() == ownReplica && id.Counter() != 0
}

// ownReplica is the replica id of everything the store made itself.
const ownReplica = 1
