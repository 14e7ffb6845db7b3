package plane

import "fmt"

// Names of the components, as --components and the control commands take them.
const (
	Etcd              = "etcd"
	APIServer         = "apiserver"
	ControllerManager = "controller-manager"
	Scheduler         = "scheduler"
	Nodes             = "nodes"
)

// Components are all components in the order in which they start.
func Components() []string {
	return []string{Etcd, APIServer, ControllerManager, Scheduler, Nodes}
}

// arguments gives the command line of a component.
func (s *Supervisor) arguments(component string) []string {
	l := s.layout
	switch component {
	case Etcd:
		return []string{"--dir=" + l.Dir, fmt.Sprintf("--client-port=%d", s.ports.etcd), fmt.Sprintf("--peer-port=%d", s.ports.peer)}
	case APIServer:
		return s.apiServerArguments()
	case ControllerManager:
		return []string{
			"--kubeconfig=" + l.conf("controller-manager.yaml"),
			"--secure-port=0", // nothing reads its metrics, so no port to choose
			"--leader-elect=false",
			"--controllers=*,bootstrapsigner,tokencleaner",
			"--use-service-account-credentials=true",
			"--service-account-private-key-file=" + l.pki("service-account.key"),
			"--root-ca-file=" + l.pki("server-ca.crt"),
			"--cluster-signing-cert-file=" + l.pki("client-ca.crt"),
			"--cluster-signing-key-file=" + l.pki("client-ca.key"),
			// A busy machine must not turn the simulated nodes unreachable.
			"--node-monitor-grace-period=180s",
			"--kube-api-qps=500", "--kube-api-burst=1000",
		}
	case Scheduler:
		return []string{
			"--kubeconfig=" + l.conf("scheduler.yaml"),
			"--secure-port=0",
			"--leader-elect=false",
			"--kube-api-qps=500", "--kube-api-burst=1000",
		}
	case Nodes:
		return []string{"--kubeconfig=" + l.conf("nodes.yaml"), fmt.Sprintf("--count=%d", s.options.Nodes)}
	}
	return nil
}

func (s *Supervisor) apiServerArguments() []string {
	l := s.layout
	return []string{
		fmt.Sprintf("--etcd-servers=https://127.0.0.1:%d", s.ports.etcd),
		"--etcd-cafile=" + l.pki("etcd-ca.crt"),
		"--etcd-certfile=" + l.pki("etcd-client.crt"),
		"--etcd-keyfile=" + l.pki("etcd-client.key"),
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", s.ports.apiserver),
		// The address published as Endpoints of the Service kubernetes must not be loopback; one reserved for documentation needs no network interface.
		"--advertise-address=192.0.2.1",
		"--cert-dir=" + l.pki(""),
		"--tls-cert-file=" + l.pki("apiserver.crt"),
		"--tls-private-key-file=" + l.pki("apiserver.key"),
		"--client-ca-file=" + l.pki("client-ca.crt"),
		"--token-auth-file=" + l.conf("tokens.csv"),
		"--enable-bootstrap-token-auth=true",
		"--authorization-mode=Node,RBAC",
		"--allow-privileged=true",
		"--service-cluster-ip-range=10.96.0.0/16",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + l.pki("service-account.key"),
		"--service-account-signing-key-file=" + l.pki("service-account.key"),
		"--requestheader-client-ca-file=" + l.pki("front-proxy-ca.crt"),
		"--requestheader-allowed-names=front-proxy-client",
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + l.pki("front-proxy-client.crt"),
		"--proxy-client-key-file=" + l.pki("front-proxy-client.key"),
		"--audit-policy-file=" + l.conf("audit-policy.yaml"),
		"--audit-log-path=" + l.AuditLog(),
		"--audit-log-maxsize=1024",
	}
}

// auditPolicy records who did what, and what was created. Leases and events would only drown the rest.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  resources:
  - group: coordination.k8s.io
    resources: [leases]
  - resources: [events]
  - group: events.k8s.io
    resources: [events]
- level: Metadata
  resources:
  - resources: [secrets, configmaps, serviceaccounts/token]
  - group: authentication.k8s.io
    resources: [tokenreviews]
- level: Request
  verbs: [create]
- level: Metadata
`
