package object

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/acl"
	"github.com/mapid/mapid/server/emsmdb/search"
	"github.com/mapid/mapid/store"
)

// Judge prepares to judge messages of a mailbox by restrictions, just as its contents tables do.
func (e *Env) Judge(ctx context.Context, mailbox store.MailboxID, restrictions []prop.Restriction) (*search.Judge, error) {
	m, err := e.mailboxes.Get(ctx, mailbox)
	if err != nil {
		return nil, err
	}
	dir, err := e.Directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	l := &Logon{env: e, session: &Session{CodePage: judgePage, LCIDSort: m.Locale}, mailbox: m.Mailbox, privileged: true}
	if owner := dir.ByName(m.Account); owner != nil {
		l.owner = *owner
	}
	var tags []mapi.PropTag
	matchers := make([]*prop.Matcher, len(restrictions))
	for i, rs := range restrictions {
		tags = prop.RestrictionTags(rs, tags)
		matchers[i] = prop.NewMatcher(rs, e.collation(m.Locale))
	}
	plan := newRowPlan(tags, 0)
	return &search.Judge{
		Fetch: plan.fetch,
		Match: func(r store.Reader, in store.FolderID, id store.MessageID, values []prop.Value, which int) (bool, error) {
			c := &contents{logon: l, folder: in, rights: acl.All, sel: store.Selection{Folder: in}, dir: dir}
			subject, failed := c.subject(r, plan, plan.facts(c, id, 0, values), values)
			ok := matchers[which].Match(subject)
			return ok && *failed == nil, *failed
		},
	}, nil
}

// judgePage is the code page of text that nobody's session gives one: bytes of it are never shown.
const judgePage = 1252
