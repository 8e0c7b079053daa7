package exec

import (
	"context"

	"github.com/mapid/mapid/internal/ics"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// minReadPerUser is the response without data.
const minReadPerUser = 1 + 2

// readPerUserInformation implements RopReadPerUserInformation, [MS-OXCSTOR] 3.2.5.12.
func (e *Executor) readPerUserInformation(ctx context.Context, c *Call, req *rop.ReadPerUserInformationRequest) (*rop.ReadPerUserInformationResponse, error) {
	data, last, err := c.Logon().ReadPerUser(ctx, object.PerUserRead{
		Folder: req.FolderID, Offset: req.DataOffset, Max: int(req.MaxDataSize), Room: c.Room() - headLen - minReadPerUser,
		Encode: func(changes []uint64) []byte {
			return ics.IDSet{{GUID: c.Logon().ReplicaGUID(), Ranges: ics.Ranges(changes)}}.Bytes()
		},
	})
	if err != nil {
		return nil, err
	}
	return &rop.ReadPerUserInformationResponse{HasFinished: last, Data: data}, nil
}
