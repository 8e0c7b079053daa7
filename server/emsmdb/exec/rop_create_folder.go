package exec

import (
	"context"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// createFolder implements RopCreateFolder, [MS-OXCFOLD] 3.2.5.2. Only public folders tell whether the folder existed,
// and that only in some versions.
func (e *Executor) createFolder(ctx context.Context, c *Call, req *rop.CreateFolderRequest) (*rop.CreateFolderResponse, error) {
	f, existed, err := c.Folder().CreateFolder(ctx, object.CreateFolderRequest{
		Type: req.FolderType, Name: c.text(req.DisplayName, req.UseUnicode), Comment: c.text(req.Comment, req.UseUnicode),
		OpenExisting: req.OpenExisting,
	})
	if err != nil {
		return nil, err
	}
	resp := &rop.CreateFolderResponse{FolderID: f.ID()}
	if existed && c.Logon().Public() && e.env.Profile.Folder.ExistingPublicFolder {
		resp.IsExistingFolder = true
		if resp.HasRules, err = f.HasRules(ctx); err != nil {
			return nil, err
		}
	}
	c.SetOutput(f)
	return resp, nil
}

// text decodes a string of a request that is either Unicode or in the code page of the session.
func (c *Call) text(s string, unicode bool) string {
	if unicode {
		return s
	}
	return codepage.Decode(c.Logon().Session().CodePage, s)
}
