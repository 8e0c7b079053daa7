package seed

import (
	"net/mail"
	"strings"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/store"
)

// directory finds parties by what a seed calls them.
type directory struct{ snap *store.Snapshot }

// find returns the party behind a name of an entry or an SMTP address, and false if there is none.
func (d directory) find(who string) (msgprops.Party, bool) {
	e := d.snap.ByName(who)
	if e == nil && strings.Contains(who, "@") {
		a, err := mail.ParseAddress(who)
		if err != nil {
			return msgprops.Party{}, false
		}
		if e = d.snap.ByMail(a.Address); e == nil {
			return msgprops.Outsider(a.Name, a.Address), true
		}
	}
	if e == nil {
		return msgprops.Party{}, false
	}
	return mailconv.PartyOf(e), true
}
