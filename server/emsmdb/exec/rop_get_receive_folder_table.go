package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// getReceiveFolderTable implements RopGetReceiveFolderTable, [MS-OXCSTOR] 3.2.5.4.
func (e *Executor) getReceiveFolderTable(ctx context.Context, c *Call, _ *rop.GetReceiveFolderTableRequest) (*rop.GetReceiveFolderTableResponse, error) {
	list, err := c.Logon().ReceiveFolders(ctx)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, mapi.ErrNoReceiveFolder
	}
	resp := new(rop.GetReceiveFolderTableResponse)
	for _, r := range list {
		resp.Rows = append(resp.Rows, prop.Row{Values: []prop.Value{
			prop.ID(mapi.NewID(1, uint64(r.Folder))), prop.String8(r.Class), prop.Time(r.Modified),
		}})
	}
	return resp, nil
}
