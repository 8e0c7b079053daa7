package mailconv

import (
	"strings"

	"github.com/mapid/mapid/store"
)

// Stager takes what is too large to be held, as store.StageWriter does.
type Stager interface {
	NewStage() (store.StageID, error)
	WriteStage(id store.StageID, off int64, data []byte) error
	DropStage(ids ...store.StageID) error
}

// stages counts what one conversion holds in memory, and remembers the stages it made.
type stages struct {
	Stager
	held int64
	made []store.StageID
}

// maxHeld is how much of small files is held in memory before they go to stages, too.
const maxHeld = 4 << 20

// drop forgets what was staged for a mail that failed.
func (s *stages) drop() {
	if len(s.made) > 0 {
		s.DropStage(s.made...) // stages that nothing took go with the transaction or the next start anyway
	}
}

// spool collects the data of one part. Up to a limit it stays in memory.
type spool struct {
	stages *stages
	limit  int64 // what may be held; the rest goes to a stage, if there are any
	buf    strings.Builder
	block  []byte // on its way to the stage
	stage  store.StageID
	off    int64
	size   int64
}

// stageBlock is how much is written to a stage at once.
const stageBlock = 256 << 10

func (s *spool) Write(p []byte) (int, error) {
	s.size += int64(len(p))
	if s.stage == 0 {
		if s.stages.Stager == nil || s.size <= s.limit {
			return s.buf.Write(p)
		}
		id, err := s.stages.NewStage()
		if err != nil {
			return 0, err
		}
		s.stage = id
		s.stages.made = append(s.stages.made, id)
		s.block = append(make([]byte, 0, max(stageBlock, s.buf.Len())), s.buf.String()...)
		s.buf = strings.Builder{}
	}
	n := len(p)
	for len(p) > 0 {
		room := min(len(p), cap(s.block)-len(s.block))
		s.block = append(s.block, p[:room]...)
		p = p[room:]
		if len(s.block) == cap(s.block) {
			if err := s.flush(); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

func (s *spool) flush() error {
	if len(s.block) == 0 {
		return nil
	}
	err := s.stages.WriteStage(s.stage, s.off, s.block)
	s.off += int64(len(s.block))
	s.block = s.block[:0]
	return err
}

// content is what was written.
func (s *spool) content() (Content, error) {
	if s.stage == 0 {
		s.stages.held += s.size
		return Content{Bytes: s.buf.String(), Size: s.size}, nil
	}
	return Content{Stage: s.stage, Size: s.size}, s.flush()
}

// newSpool begins the data of a file.
func (s *stages) newSpool() *spool {
	limit := int64(store.LargeValue)
	if s.held > maxHeld {
		limit = 0
	}
	return &spool{stages: s, limit: limit}
}
