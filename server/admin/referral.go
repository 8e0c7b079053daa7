package admin

import "net/http"

// Referral is how the referral service answers, after the registry values of MSExchangeSA.
type Referral struct {
	Server       string `json:"server"`
	Enabled      bool   `json:"enabled"`       // false: "No RFR Service"
	TargetServer string `json:"target_server"` // "RFR Target Server"; empty: this server
	NSPITarget   string `json:"nspi_target"`   // "NSPI Target Server"
}

// ReferralChange is a change of it. Null brings back what the configuration says.
type ReferralChange struct {
	Enabled      Field[bool]   `json:"enabled,omitzero"`
	TargetServer Field[string] `json:"target_server,omitzero"`
	NSPITarget   Field[string] `json:"nspi_target,omitzero"`
}

func (s *Server) getReferral(r *http.Request) (Referral, error) {
	c, err := s.controller(r)
	if err != nil {
		return Referral{}, err
	}
	return c.Referral(), nil
}

func (s *Server) patchReferral(r *http.Request, change ReferralChange) (Referral, error) {
	c, err := s.controller(r)
	if err != nil {
		return Referral{}, err
	}
	return c.ChangeReferral(change)
}
