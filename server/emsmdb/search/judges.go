package search

import (
	"context"
	"encoding/binary"
	"strconv"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// judges keeps Judges for the same restrictions, which come again and again.
type judges struct {
	make  func(ctx context.Context, mailbox store.MailboxID, restrictions []prop.Restriction) (*Judge, error)
	kept  map[string]*Judge
	bytes int
}

// maxJudges bounds what is kept, in bytes of restrictions.
const maxJudges = 1 << 20

// of returns a Judge by the restrictions of some searches.
func (j *judges) of(ctx context.Context, mailbox store.MailboxID, searches []store.Search) (*Judge, error) {
	restrictions := make([]prop.Restriction, len(searches))
	name := strconv.AppendInt(nil, int64(mailbox), 16)
	for i := range searches {
		restrictions[i] = searches[i].Restriction
		rs := encoded(restrictions[i])
		name = append(binary.LittleEndian.AppendUint32(name, uint32(len(rs))), rs...)
	}
	if found := j.kept[string(name)]; found != nil {
		return found, nil
	}
	made, err := j.make(ctx, mailbox, restrictions)
	if err != nil {
		return nil, err
	}
	if j.bytes += len(name); j.kept == nil || j.bytes > maxJudges {
		j.kept, j.bytes = make(map[string]*Judge), len(name)
	}
	j.kept[string(name)] = made
	return made, nil
}
