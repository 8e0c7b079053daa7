package app

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/mapid/mapid/internal/seed"
)

// printBanner tells the user what runs where, and who may log on.
func (a *App) printBanner() {
	if a.opts.Banner == nil {
		return
	}
	var b strings.Builder
	for _, s := range a.servers {
		if s.fallback {
			fmt.Fprintf(&b, "Port 135 is not permitted here, so the endpoint mapper of %s listens on %d (listen.epm chooses).\n", s.cfg.Name, fallbackEPM)
		}
	}
	fmt.Fprintf(&b, "mapid %s\n\n", a.opts.Build.Version)
	for _, s := range a.servers {
		at := s.addresses()
		encryption := "not required"
		if s.live.policy.Load().EncryptionRequired {
			encryption = "required"
		}
		fmt.Fprintf(&b, "%s  %s, encryption %s\n", at.FQDN, s.profile.Product, encryption)
		for _, line := range []struct {
			name      string
			addresses []string
		}{{"endpoint mapper", at.EPM}, {"EMSMDB", at.EMSMDB}, {"NSPI and RFR", at.NSPI}} {
			fmt.Fprintf(&b, "  %-16s %s\n", line.name, strings.Join(line.addresses, ", "))
		}
	}
	at := a.addresses()
	if len(at.SMTP) > 0 {
		fmt.Fprintf(&b, "\nmail by SMTP       %s", strings.Join(at.SMTP, ", "))
	}
	fmt.Fprintf(&b, "\nadmin API          %s\ndata folder        %s\n", at.Admin, a.data.path)
	a.printAccounts(&b)
	io.WriteString(a.opts.Banner, b.String()) // a banner that nobody reads is no reason to stop
}

// maxBannerUsers bounds the list of users that are not the demo's.
const maxBannerUsers = 10

// printAccounts lists who may log on. A password of the demo is shown only while the account still has it.
func (a *App) printAccounts(b *strings.Builder) {
	ctx := context.Background()
	snapshot, err := a.store.Snapshot(ctx)
	if err != nil {
		return // whoever logs on will see why
	}
	passwords := make(map[string]string)
	for _, u := range a.demo().Users {
		passwords[strings.ToLower(u.Name)] = u.Password
	}
	total, shown := 0, 0
	b.WriteByte('\n')
	for i := range snapshot.Entries {
		e := &snapshot.Entries[i]
		c, err := a.store.Credential(ctx, e.Name)
		if err != nil || e.System {
			continue
		}
		total++
		password := passwords[strings.ToLower(e.Name)]
		if password != "" && seed.NTHash(password) != c.NTHash {
			password = ""
		}
		if shown >= maxBannerUsers {
			continue
		}
		shown++
		if password == "" {
			fmt.Fprintf(b, "user               %s\\%s\n", a.cfg.Organization.NetBIOS, e.Name)
			continue
		}
		fmt.Fprintf(b, "user               %s\\%s  password %s\n", a.cfg.Organization.NetBIOS, e.Name, password)
	}
	if total > shown {
		fmt.Fprintf(b, "                   and %d more: mapid user list\n", total-shown)
	}
}
