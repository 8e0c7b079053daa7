package app

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/server/admin"
	"github.com/mapid/mapid/store"
)

// organization is what seeds need to know of the names.
func (a *App) organization() seed.Organization {
	o := a.cfg.Organization
	return seed.Organization{Name: o.Name, AdminGroup: o.AdminGroup, Domain: o.Domain}
}

// configuredSeed reads the seed that the configuration names.
func (a *App) configuredSeed() (*seed.Seed, error) {
	switch a.cfg.Seed {
	case "demo":
		return a.demo(), nil
	case "none":
		return new(seed.Seed), nil
	}
	return seed.Load(a.cfg.Seed)
}

// seedIfEmpty applies the seed if nobody has an account yet.
func (a *App) seedIfEmpty(ctx context.Context) error {
	snapshot, err := a.store.Snapshot(ctx)
	if err != nil {
		return fmt.Errorf("read the directory of %s: %w", a.data.database, err)
	}
	for i := range snapshot.Entries {
		if !snapshot.Entries[i].System {
			return a.complete(ctx, snapshot)
		}
	}
	s, err := a.configuredSeed()
	if err != nil {
		return apart(err)
	}
	if err := seed.Apply(ctx, a.store, a.store, s, seed.Options{Organization: a.organization()}); err != nil {
		return apart(err)
	}
	a.log.Info("seeded", zap.String("seed", a.cfg.Seed), zap.Int("users", len(s.Users)))
	return nil
}

// complete makes what a store of an earlier version lacks.
func (a *App) complete(ctx context.Context, snapshot *store.Snapshot) error {
	if snapshot.ByName(seed.OutboundAccount) != nil {
		return nil
	}
	return apart(seed.Apply(ctx, a.store, a.store, new(seed.Seed), seed.Options{Organization: a.organization(), Live: true}))
}

// apart makes an error of each problem of a seed.
func apart(err error) error {
	e, ok := errors.AsType[*seed.Error](err)
	if !ok {
		return err
	}
	problems := make([]error, len(e.Problems))
	for i := range e.Problems {
		problems[i] = &seed.Error{Name: e.Name, Problems: e.Problems[i : i+1]}
	}
	return errors.Join(problems...)
}

// appData is the store as the admin API changes it as a whole. It implements admin.Data.
type appData struct {
	*App
}

// Seed adds what a seed says. It may not name files.
func (d appData) Seed(ctx context.Context, text []byte) (admin.SeedResult, error) {
	d.seeding.Lock()
	defer d.seeding.Unlock()
	s, err := seed.Parse("seed", text, nil)
	if err == nil {
		err = seed.Apply(ctx, d.store, d.store, s, seed.Options{Organization: d.organization()})
	}
	if err != nil {
		return admin.SeedResult{}, seedProblem(err)
	}
	r := admin.SeedResult{Users: len(s.Users), Groups: len(s.Groups), Contacts: len(s.Contacts), PublicFolders: len(s.PublicFolders)}
	for _, u := range s.Users {
		r.Messages += len(u.Messages)
	}
	return r, nil
}

// seedProblem turns the problems of a seed into one of the API.
func seedProblem(err error) error {
	e, ok := errors.AsType[*seed.Error](err)
	if !ok {
		return err
	}
	causes := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		text := p.Text
		if p.Path != "" {
			text = p.Path + ": " + text
		}
		if p.Line > 0 {
			text = fmt.Sprintf("line %d: %s", p.Line, text)
		}
		causes[i] = errors.New(text)
	}
	return admin.Invalid(causes...)
}

// Reset brings back the seeded state: mailboxes, accounts and live settings. All sessions end.
func (d appData) Reset(ctx context.Context) error {
	s, err := d.configuredSeed()
	if err != nil {
		return seedProblem(err)
	}
	d.endSessions()
	if err := seed.Reset(ctx, d.store, s, seed.Options{Organization: d.organization()}); err != nil {
		return seedProblem(err)
	}
	d.endSessions() // who came in between has objects that are gone
	for _, srv := range d.servers {
		if err := srv.live.reset(ctx); err != nil {
			return err
		}
	}
	d.level.reset()
	d.log.Info("reset", zap.String("seed", d.cfg.Seed))
	return nil
}

func (a *App) endSessions() {
	for _, s := range a.servers {
		s.emsmdb.EndAll()
	}
}
