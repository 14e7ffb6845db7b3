package plane

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
)

// RunEtcd serves etcd on loopback until ctx ends. Clients show a certificate of the lab, or any local user could read the lab's Secrets.
func RunEtcd(ctx context.Context, dir string, clientPort, peerPort int) error {
	l := Layout{Dir: dir}
	client := url.URL{Scheme: "https", Host: fmt.Sprintf("127.0.0.1:%d", clientPort)}
	peer := url.URL{Scheme: "https", Host: fmt.Sprintf("127.0.0.1:%d", peerPort)}
	security := transport.TLSInfo{
		CertFile:       l.pki("etcd.crt"),
		KeyFile:        l.pki("etcd.key"),
		TrustedCAFile:  l.pki("etcd-ca.crt"),
		ClientCertAuth: true,
	}

	config := embed.NewConfig()
	config.Name = "canopy-lab"
	config.Dir = l.etcdData()
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.ClientTLSInfo, config.PeerTLSInfo = security, security
	config.UnsafeNoFsync = true // the data is disposable
	config.QuotaBackendBytes = 6 << 30
	config.LogLevel = "warn"
	// With one member nobody else can win the election: the defaults only make the start wait a second.
	config.TickMs, config.ElectionMs = 20, 200

	server, err := embed.StartEtcd(config)
	if err != nil {
		return err
	}
	defer server.Close()
	select {
	case <-ctx.Done():
		return nil
	case err := <-server.Err():
		return err
	case <-server.Server.StopNotify():
		return fmt.Errorf("etcd in %s stopped by itself", filepath.Base(config.Dir))
	}
}

// compactEtcd discards every revision but the present one. It first writes a few keys of its own: a watch that ended at the very last revision would
// otherwise still be served.
func (s *Supervisor) compactEtcd(ctx context.Context) (int64, error) {
	info := transport.TLSInfo{
		CertFile:      s.layout.pki("etcd-client.crt"),
		KeyFile:       s.layout.pki("etcd-client.key"),
		TrustedCAFile: s.layout.pki("etcd-ca.crt"),
	}
	security, err := info.ClientConfig()
	if err != nil {
		return 0, err
	}
	client, err := clientv3.New(clientv3.Config{
		Endpoints:   []string{fmt.Sprintf("https://127.0.0.1:%d", s.ports.etcd)},
		TLS:         security,
		DialTimeout: 5 * time.Second,
	})
	if err != nil {
		return 0, err
	}
	defer func() { _ = client.Close() }()
	var revision int64
	for range 3 {
		put, err := client.Put(ctx, "/canopy-lab/compaction", time.Now().String())
		if err != nil {
			return 0, err
		}
		revision = put.Header.Revision
	}
	_, err = client.Compact(ctx, revision, clientv3.WithCompactPhysical())
	return revision, err
}
