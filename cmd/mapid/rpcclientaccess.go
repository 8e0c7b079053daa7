package main

import (
	"context"
	"strconv"
	"strings"
)

// rpcClientAccessCommands read and change what Exchange's Get- and Set-RpcClientAccess do.
type rpcClientAccessCommands struct {
	Get rpcClientAccessGet `cmd:"" help:"Show the settings of the running server."`
	Set rpcClientAccessSet `cmd:"" help:"Change settings of the running server; sessions that are on stay on."`
}

// rpcClientAccess is the object of the API.
type rpcClientAccess struct {
	Server                string   `json:"server"`
	EncryptionRequired    bool     `json:"encryption_required"`
	BlockedClientVersions []string `json:"blocked_client_versions"`
	MaximumConnections    int      `json:"maximum_connections"`
	Compression           string   `json:"compression"`
	XOR                   string   `json:"xor"`
	Strict                bool     `json:"strict"`
	PushAnyAddress        bool     `json:"push_any_address"`
}

const rpcClientAccessPath = "/api/v1/rpc-client-access"

func (a rpcClientAccess) print(env *environment, asJSON bool) error {
	if asJSON {
		return printJSON(env, a)
	}
	columns(env, [][]string{
		{"Server", "EncryptionRequired", "BlockedClientVersions", "MaximumConnections", "Compression", "XOR", "Strict", "PushAnyAddress"},
		{
			a.Server, strconv.FormatBool(a.EncryptionRequired), strings.Join(a.BlockedClientVersions, ","), strconv.Itoa(a.MaximumConnections),
			a.Compression, a.XOR, strconv.FormatBool(a.Strict), strconv.FormatBool(a.PushAnyAddress),
		},
	})
	return nil
}

type rpcClientAccessGet struct {
	clientFlags
	Server string `placeholder:"NAME" help:"Which server, where there are several."`
	JSON   bool   `help:"Print JSON."`
}

// Run shows the settings.
func (c *rpcClientAccessGet) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	var a rpcClientAccess
	if err := cl.call(context.Background(), "GET", onServer(rpcClientAccessPath, c.Server), nil, &a); err != nil {
		return err
	}
	return a.print(env, c.JSON)
}

type rpcClientAccessSet struct {
	clientFlags
	Server                string  `placeholder:"NAME" help:"Which server, where there are several."`
	EncryptionRequired    *string `enum:"true,false,default" placeholder:"true|false|default" help:"Refuse clients that connect without encryption."`
	BlockedClientVersions *string `placeholder:"RANGES" help:"Client versions to refuse, like 14.0.0-14.32767.65535, with commas between; empty refuses none."`
	MaximumConnections    *int    `placeholder:"N" help:"Most sessions of all accounts together."`
	Compression           *string `enum:"auto,on,off" placeholder:"auto|on|off" help:"Compress answers."`
	XOR                   *string `name:"xor" enum:"auto,on,off" placeholder:"auto|on|off" help:"Obfuscate answers."`
	Strict                *string `enum:"true,false" placeholder:"true|false" help:"Log what is asked for and not implemented as an error, and fail healthz."`
	PushAnyAddress        *string `enum:"true,false" placeholder:"true|false" help:"Send UDP notifications to whatever address a client names."`
	JSON                  bool    `help:"Print JSON."`
}

// change is the body of the PATCH: only what was given.
func (c *rpcClientAccessSet) change() map[string]any {
	out := make(map[string]any)
	for name, flag := range map[string]*string{
		"encryption_required": c.EncryptionRequired, "strict": c.Strict, "push_any_address": c.PushAnyAddress,
	} {
		switch {
		case flag == nil:
		case *flag == "default":
			out[name] = nil
		default:
			out[name] = *flag == "true"
		}
	}
	if c.BlockedClientVersions != nil {
		ranges := []string{}
		for r := range strings.SplitSeq(*c.BlockedClientVersions, ",") {
			if r = strings.TrimSpace(r); r != "" {
				ranges = append(ranges, r)
			}
		}
		out["blocked_client_versions"] = ranges
	}
	if c.MaximumConnections != nil {
		out["maximum_connections"] = *c.MaximumConnections
	}
	if c.Compression != nil {
		out["compression"] = *c.Compression
	}
	if c.XOR != nil {
		out["xor"] = *c.XOR
	}
	return out
}

// Run changes the settings and shows them.
func (c *rpcClientAccessSet) Run(env *environment) error {
	change := c.change()
	if len(change) == 0 {
		return fail(exitUsage, "nothing to set: name a setting, like --encryption-required=true")
	}
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	var a rpcClientAccess
	if err := cl.call(context.Background(), "PATCH", onServer(rpcClientAccessPath, c.Server), change, &a); err != nil {
		return err
	}
	return a.print(env, c.JSON)
}
