package exec

import (
	"context"

	"github.com/mapid/mapid/internal/ics"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// writePerUserInformation implements RopWritePerUserInformation, [MS-OXCSTOR] 3.2.5.13.
func (e *Executor) writePerUserInformation(ctx context.Context, c *Call, req *rop.WritePerUserInformationRequest) (*rop.WritePerUserInformationResponse, error) {
	err := c.Logon().WritePerUser(ctx, object.PerUserWrite{
		Folder: req.FolderID, Offset: req.DataOffset, Data: req.Data, Last: req.HasFinished, Replica: req.ReplGUID,
		Parse: func(data []byte) (func(uint64) bool, bool) {
			set, err := ics.ParseIDSet(data)
			return func(change uint64) bool { return set.Contains(c.Logon().ReplicaGUID(), change) }, err == nil
		},
	})
	if err != nil {
		return nil, err
	}
	return &rop.WritePerUserInformationResponse{}, nil
}
