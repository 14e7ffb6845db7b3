package plane

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// readersGroup may read everything (see bootstrap.go).
const readersGroup = "canopy-lab:readers"

// credential is how a user proves who it is.
type credential int

const (
	certificate credential = iota // client certificate
	token                         // static token, in the kubeconfig
	tokenFile                     // static token, in a file that the kubeconfig names
	none                          // nothing: system:anonymous
)

// user is an identity of the lab with a kubeconfig of its own.
type user struct {
	file   string // name of the kubeconfig
	name   string // as the API server sees it
	groups []string
	proof  credential
}

// users are the identities that every lab has. Who may do what stands in bootstrap.go.
func users() []user {
	return []user{
		{file: "admin", name: "admin", groups: []string{"system:masters"}},
		{file: "canopy", name: "canopy"},
		{file: "namespaced", name: "namespaced"},
		{file: "nobody", name: "nobody"},
		{file: "dev-user", name: "alice", groups: []string{"dev"}},
		{file: "anonymous", proof: none},
		{file: "token-reader", name: "token-reader", groups: []string{readersGroup}, proof: token},
		{file: "token-nobody", name: "token-nobody", proof: token},
		{file: "token-file", name: "token-file", groups: []string{readersGroup}, proof: tokenFile},
	}
}

// components are the identities of the control plane. The node simulator acts for every kubelet, so it is not bound to one node's rights.
func components() []user {
	return []user{
		{file: "controller-manager", name: "system:kube-controller-manager"},
		{file: "scheduler", name: "system:kube-scheduler"},
		{file: "nodes", name: "canopy-lab-nodes", groups: []string{"system:masters"}},
	}
}

// writeIdentities signs the certificates, draws the tokens and writes kubeconfigs and the API server's token file.
func writeIdentities(l Layout, clients *authority, server string) error {
	var tokens strings.Builder
	for _, u := range users() {
		secret := ""
		if u.proof == token || u.proof == tokenFile {
			secret = randomToken()
			fmt.Fprintf(&tokens, "%s,%s,%s,%q\n", secret, u.name, u.name, strings.Join(u.groups, ","))
		}
		if err := writeKubeconfig(l, l.Kubeconfig(u.file), clients, u, server, secret); err != nil {
			return err
		}
	}
	for _, u := range components() {
		if err := writeKubeconfig(l, l.conf(u.file+".yaml"), clients, u, server, ""); err != nil {
			return err
		}
	}
	return writeFile(l.conf("tokens.csv"), []byte(tokens.String()))
}

func writeKubeconfig(l Layout, path string, clients *authority, u user, server, secret string) error {
	info := clientcmdapi.NewAuthInfo()
	switch u.proof {
	case certificate:
		if err := clients.client("user-"+u.file, u.name, u.groups...); err != nil {
			return err
		}
		var err error
		if info.ClientCertificateData, err = os.ReadFile(l.pki("user-" + u.file + ".crt")); err != nil {
			return err
		}
		if info.ClientKeyData, err = os.ReadFile(l.pki("user-" + u.file + ".key")); err != nil {
			return err
		}
	case token:
		info.Token = secret
	case tokenFile:
		info.TokenFile = l.token(u.file)
		if err := writeFile(info.TokenFile, []byte(secret)); err != nil {
			return err
		}
	}
	ca, err := os.ReadFile(l.pki("server-ca.crt"))
	if err != nil {
		return err
	}
	config := clientcmdapi.NewConfig()
	config.Clusters["canopy-lab"] = &clientcmdapi.Cluster{Server: server, CertificateAuthorityData: ca}
	config.AuthInfos[u.file] = info
	config.Contexts[u.file+"@canopy-lab"] = &clientcmdapi.Context{Cluster: "canopy-lab", AuthInfo: u.file}
	config.CurrentContext = u.file + "@canopy-lab"
	data, err := clientcmd.Write(*config)
	if err != nil {
		return err
	}
	return writeFile(path, data)
}

func randomToken() string {
	raw := make([]byte, 24)
	_, _ = rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}
