package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// getReceiveFolder implements RopGetReceiveFolder, [MS-OXCSTOR] 3.2.5.2.
func (e *Executor) getReceiveFolder(ctx context.Context, c *Call, req *rop.GetReceiveFolderRequest) (*rop.GetReceiveFolderResponse, error) {
	id, class, err := c.Logon().ReceiveFolder(ctx, req.MessageClass)
	if err != nil {
		return nil, err
	}
	return &rop.GetReceiveFolderResponse{FolderID: id, ExplicitMessageClass: class}, nil
}

// getReceiveFolderTable implements RopGetReceiveFolderTable, [MS-OXCSTOR] 3.2.5.4.
func (e *Executor) getReceiveFolderTable(ctx context.Context, c *Call, _ *rop.GetReceiveFolderTableRequest) (*rop.GetReceiveFolderTableResponse, error) {
	list, err := c.Logon().ReceiveFolders(ctx)
	if err != nil {
		return nil, err
	}
	resp := new(rop.GetReceiveFolderTableResponse)
	for _, r := range list {
		resp.Rows = append(resp.Rows, prop.Row{Values: []prop.Value{
			prop.ID(mapi.NewID(1, uint64(r.Folder))), prop.String8(r.Class), prop.Time(r.Modified),
		}})
	}
	return resp, nil
}
