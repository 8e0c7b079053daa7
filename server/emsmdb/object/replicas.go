package object

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
)

// publicDatabase is the last part of the DN of a server's public folder database.
const publicDatabase = "/cn=Microsoft Public MDB"

// OwningServers lists the DNs of the databases that hold a public folder: the one of this server, as there is only one,
// [MS-OXCSTOR] 3.2.5.6. What a private logon is told, a specification leaves open; some versions refuse it.
func (l *Logon) OwningServers(ctx context.Context, fid mapi.ID) ([]string, error) {
	if !l.Public() && !l.env.Profile.Logon.OwningServersPrivate {
		return nil, mapi.ErrNoSupport
	}
	if l.Public() {
		if err := l.visible(ctx, fid); err != nil {
			return nil, err
		}
	}
	return []string{l.env.Server.DN + publicDatabase}, nil
}

// CheckReplica refuses a folder of which RopPublicFolderIsGhosted can say nothing, [MS-OXCSTOR] 3.2.5.7: one that is
// not there. All others are held here and not ghosted; those of a private logon are never looked at.
func (l *Logon) CheckReplica(ctx context.Context, fid mapi.ID) error {
	if !l.Public() {
		return nil
	}
	return l.visible(ctx, fid)
}

// visible refuses a folder that the user can't see.
func (l *Logon) visible(ctx context.Context, fid mapi.ID) error {
	f, err := l.folder(ctx, fid)
	if err != nil {
		return err
	}
	return l.require(f, 0)
}
