package main

import (
	"context"
	"strings"
	"text/template"

	_ "embed"
)

// Templates of the formats that are longer than a few lines.
var (
	//go:embed profile.prf.tmpl
	prfTemplate string
	//go:embed profile.reg.tmpl
	regTemplate string
	//go:embed profile.xml.tmpl
	xmlTemplate string
	//go:embed profile.hosts.tmpl
	hostsTemplate string
	//go:embed profile.setspn.tmpl
	setspnTemplate string
)

type profileCommand struct {
	clientFlags
	User   string `required:"" placeholder:"NAME" help:"Account whose mailbox the profile opens."`
	Format string `required:"" enum:"prf,reg,hosts,setspn,autodiscover-xml" placeholder:"FORMAT" help:"prf (Outlook profile), reg (registry of a client), hosts (names without DNS), setspn (names for Kerberos), autodiscover-xml."`
	Server string `placeholder:"NAME" help:"Server to reach, where there are several."`
}

// serverInfo is the object of the API.
type serverInfo struct {
	Name               string   `json:"name"`
	FQDN               string   `json:"fqdn"`
	Profile            string   `json:"profile"`
	Version            string   `json:"version"`
	DN                 string   `json:"dn"`
	DatabaseDN         string   `json:"database_dn"`
	NetBIOS            string   `json:"netbios"`
	Domain             string   `json:"domain"`
	Realm              string   `json:"realm"`
	Kerberos           bool     `json:"kerberos"`
	ServicePrincipals  []string `json:"service_principals"`
	Addresses          []string `json:"addresses"`
	EncryptionRequired bool     `json:"encryption_required"`
}

// profileUser is what a profile needs of an account.
type profileUser struct {
	Name        string `json:"name"`
	DisplayName string `json:"display_name"`
	Mail        string `json:"mail"`
	DN          string `json:"dn"`
	GUID        string `json:"guid"`
}

// outlook is what the templates see.
type outlook struct {
	User    profileUser
	Server  serverInfo
	Version uint32   // for Autodiscover
	Offices []string // versions of Office that the registry is written for
}

// AuthPackage is the number of the authentication service a client should use: Negotiate, which the referral service of
// every version takes, with or without Kerberos.
func (o outlook) AuthPackage() int { return 9 }

// ConnectFlags are PR_PROFILE_CONNECT_FLAGS: 2 is no encryption.
func (o outlook) ConnectFlags() int {
	if o.Server.EncryptionRequired {
		return 0
	}
	return 2
}

// Encrypt is the same as the registry has it.
func (o outlook) Encrypt() int {
	if o.Server.EncryptionRequired {
		return 1
	}
	return 0
}

// Run prints what an Outlook needs to find the running server.
func (c *profileCommand) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	ctx := context.Background()
	var o outlook
	if err := cl.call(ctx, "GET", "/api/v1"+pathOf("users", c.User), nil, &o.User); err != nil {
		return err
	}
	var list struct {
		Servers []serverInfo `json:"servers"`
	}
	if err := cl.call(ctx, "GET", "/api/v1/servers", nil, &list); err != nil {
		return err
	}
	if o.Server, err = chooseServer(list.Servers, c.Server); err != nil {
		return err
	}
	text, err := render(o, c.Format)
	if err != nil {
		return err
	}
	env.printf("%s", text)
	return nil
}

// chooseServer finds a server by its name; the only one needs none.
func chooseServer(servers []serverInfo, name string) (serverInfo, error) {
	if name == "" && len(servers) == 1 {
		return servers[0], nil
	}
	names := make([]string, len(servers))
	for i, s := range servers {
		if names[i] = s.Name; strings.EqualFold(s.Name, name) {
			return s, nil
		}
	}
	if name == "" {
		return serverInfo{}, fail(exitUsage, "there are several servers: name one with --server: %s", strings.Join(names, ", "))
	}
	return serverInfo{}, fail(exitNo, "there is no server %q, there are %s", name, strings.Join(names, ", "))
}

// render writes one format, with the line ends that its reader wants.
func render(o outlook, format string) (string, error) {
	source := map[string]string{
		"prf": prfTemplate, "reg": regTemplate, "hosts": hostsTemplate, "setspn": setspnTemplate, "autodiscover-xml": xmlTemplate,
	}[format]
	var err error
	if o.Version, err = autodiscoverVersion(o.Server.Version); err != nil {
		return "", err
	}
	o.Offices = []string{"12.0", "14.0", "15.0", "16.0"}
	t, err := template.New(format).Funcs(template.FuncMap{"xml": escapeXML, "ini": oneLine}).Parse(source)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, o); err != nil {
		return "", err
	}
	if format == "prf" || format == "reg" || format == "setspn" {
		return strings.ReplaceAll(b.String(), "\n", "\r\n"), nil
	}
	return b.String(), nil
}
