package escape

import (
	"slices"
	"strings"
	"testing"

	"canopy/analysis/catalogue"
	"canopy/model"
)

// now are conditions of a cluster of today on nodes with AppArmor.
var now = Conditions{Minor: 37, AppArmor: model.Yes}

const (
	unconfined = "appArmorProfile: {type: Unconfined}"
	apart      = "hostUsers: false"
	nonRoot    = "securityContext: {runAsUser: 1000}"
)

// cases hold for each edge the smallest templates that have it, and the nearest that have not.
var cases = []struct{ edge, name, spec, want string }{
	{"E-01", "privileged", one("privileged: true"), "E-01 node"},
	{"E-01", "an init container", "initContainers: [{name: a, securityContext: {privileged: true}}]", "E-01 node"},
	{"E-01", "a debug container", "ephemeralContainers: [{name: a, securityContext: {privileged: true}}]", "E-01 node"},
	{"E-01", "another user", one("privileged: true, runAsUser: 7"), "E-01 node?"},
	{"E-01", "root of one of two", "containers: [{name: a, securityContext: {privileged: true, runAsUser: 7}}, {name: b, securityContext: {privileged: true}}]", "E-01 node"},
	{"E-01", "not privileged", one("privileged: false"), ""},
	{"E-01", "users of its own", one("privileged: true", apart), ""},
	{"E-01", "root that is refused", one("privileged: true, runAsUser: 0, runAsNonRoot: true"), ""},
	{"E-01", "on Windows", one("privileged: true", "os: {name: windows}"), ""},

	{"E-02", "privileged with the node's processes", one("privileged: true", "hostPID: true"), "E-01 node, E-02 node, E-15 tokens?"},
	{"E-02", "another user", one("privileged: true", "hostPID: true", nonRoot), "E-01 node?, E-02 node?, E-15 helps"},
	{"E-02", "the node's processes alone", one("", "hostPID: true"), "E-15 tokens?"},
	{"E-02", "privileged with the node's network", one("privileged: true", "hostNetwork: true"), "E-01 node, E-15 helps"},

	{"E-03", "tracing unconfined", one("capabilities: {add: [SYS_PTRACE]}, "+unconfined, "hostPID: true"), "E-03 node, E-15 tokens?, E-16 helps"},
	{"E-03", "a profile of the node", one("capabilities: {add: [SYS_PTRACE]}, appArmorProfile: {type: Localhost, localhostProfile: p}", "hostPID: true"), "E-03 node?, E-15 tokens?"},
	{"E-03", "the older annotation", "metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/a: unconfined}}\nspec: {hostPID: true, containers: [{name: a, securityContext: {capabilities: {add: [SYS_PTRACE]}}}]}", "E-03 node, E-15 tokens?, E-16 helps"},
	{"E-03", "the annotation of another container", "metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/b: unconfined}}\nspec: {hostPID: true, containers: [{name: a, securityContext: {capabilities: {add: [SYS_PTRACE]}}}]}", "E-15 tokens?"},
	{"E-03", "the field counts before the annotation", "metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/a: unconfined}}\nspec: {hostPID: true, containers: [{name: a, securityContext: {appArmorProfile: {type: RuntimeDefault}, capabilities: {add: [SYS_PTRACE]}}}]}", "E-15 tokens?"},
	{"E-03", "unconfined by the pod", one("capabilities: {add: [SYS_PTRACE]}", "hostPID: true", "securityContext: {"+unconfined+"}"), "E-03 node, E-15 tokens?, E-16 helps"},
	{"E-03", "confined", one("capabilities: {add: [SYS_PTRACE]}", "hostPID: true"), "E-15 tokens?"},
	{"E-03", "processes of its own", one("capabilities: {add: [SYS_PTRACE]}, " + unconfined), "E-16 helps"},

	{"E-04", "modules", one("capabilities: {add: [SYS_MODULE]}"), "E-04 node"},
	{"E-04", "as runtimes take it", one("capabilities: {add: [cap_sys_module]}"), "E-04 node"},
	{"E-04", "all", one("capabilities: {add: [ALL]}"), "E-04 node, E-05 node, E-06 node, E-07 tokens?, E-07 helps"},
	{"E-04", "all but that", one("capabilities: {add: [ALL], drop: [SYS_MODULE]}"), "E-05 node, E-06 node, E-07 tokens?, E-07 helps"},
	{"E-04", "dropped after all", one("capabilities: {add: [SYS_MODULE], drop: [ALL]}"), "E-04 node"},
	{"E-04", "all, and none of it", one("capabilities: {add: [ALL], drop: [ALL]}"), ""},
	{"E-04", "dropped again", one("capabilities: {add: [SYS_MODULE], drop: [SYS_MODULE]}"), ""},
	{"E-04", "another user", one("capabilities: {add: [SYS_MODULE]}", nonRoot), "E-04 node?"},
	{"E-04", "another user that stays it", one("allowPrivilegeEscalation: false, capabilities: {add: [SYS_MODULE]}", nonRoot), ""},
	{"E-04", "users of its own", one("capabilities: {add: [SYS_MODULE]}", apart), ""},

	{"E-05", "administration", one("capabilities: {add: [SYS_ADMIN]}"), "E-05 node"},
	{"E-05", "users of its own", one("capabilities: {add: [SYS_ADMIN]}", apart), ""},
	{"E-05", "a default capability", one("capabilities: {add: [CHOWN]}"), ""},

	{"E-06", "files by handle", one("capabilities: {add: [DAC_READ_SEARCH]}"), "E-06 node"},
	{"E-06", "files by their names", one("capabilities: {add: [DAC_OVERRIDE]}"), ""},

	{"E-07", "both halves of tracing", one("capabilities: {add: [BPF, PERFMON]}"), "E-07 tokens?"},
	{"E-07", "one half", one("capabilities: {add: [BPF]}"), "E-07 helps"},
	{"E-07", "ports and reboots", one("capabilities: {add: [SYS_RAWIO, SYS_BOOT]}"), "E-07 helps"},
	{"E-07", "a device", mounting("/dev/sda", ""), "E-07 helps"},
	{"E-07", "a device without the capability", "volumes: [{name: v, hostPath: {path: /dev/sda}}]\ncontainers: [{name: a, securityContext: {capabilities: {drop: [ALL]}}, volumeMounts: [{name: v, mountPath: /m}]}]", ""},
	{"E-07", "shared memory", mounting("/dev/shm", ""), ""},
	{"E-07", "a socket of the network", one("capabilities: {add: [NET_RAW]}"), ""},

	{"E-08", "a socket", mounting("/var/run/docker.sock", ""), "E-08 node"},
	{"E-08", "read-only throughout", mounting("/run/containerd/containerd.sock", "readOnly: true, recursiveReadOnly: Enabled"), "E-08 node"},
	{"E-08", "above it", mounting("/run/crio", "readOnly: true"), "E-08 node"},
	{"E-08", "by a path within the volume", mounting("/run", "subPath: containerd, readOnly: true"), "E-08 node"},
	{"E-08", "another path within the volume", mounting("/run", "subPath: flannel, readOnly: true"), ""},
	{"E-08", "a path that variables make", mounting("/run", "subPathExpr: $(NAME), readOnly: true"), "E-08 node?"},
	{"E-08", "another user", mounting("/run/docker.sock", "", nonRoot), "E-08 node?"},
	{"E-08", "users of its own", mounting("/run/docker.sock", "", apart), "E-08 node?"},
	{"E-08", "beside it", mounting("/run/docker", ""), ""},
	{"E-08", "mounted by nobody", "volumes: [{name: v, hostPath: {path: /run/docker.sock}}]\ncontainers: [{name: a}]", ""},
	{"E-08", "a link out of the volume", mounting("/var", "subPath: run/docker.sock, readOnly: true"), ""},
	{"E-08", "a pipe of Windows", mounting(`\\.\pipe\docker_engine`, "", "os: {name: windows}"), "E-08 node?"},

	{"E-09", "cron", mounting("/etc/cron.d", ""), "E-09 node"},
	{"E-09", "a file below", mounting("/etc/cron.d/job", ""), "E-09 node"},
	{"E-09", "by a detour", mounting("/var/lib/../../etc//./cron.d", ""), "E-09 node"},
	{"E-09", "through a process", mounting("/proc/1/root/etc/cron.d", ""), "E-09 node"},
	{"E-09", "another user", mounting("/etc/cron.d", "", nonRoot), "E-09 node?"},
	{"E-09", "users of its own", mounting("/etc/cron.d", "", apart), "E-09 node?"},
	{"E-09", "read-only", mounting("/etc/cron.d", "readOnly: true"), ""},
	{"E-09", "nothing of the sort", mounting("/etc/localtime", ""), ""},
	{"E-09", "a name that begins alike", mounting("/etc/cron.data", ""), ""},
	{"E-09", "a directory of a driver", mounting("/var/lib/kubelet/plugins/driver", ""), ""},
	{"E-09", "Windows", mounting(`C:\Windows\System32`, "", "os: {name: windows}"), "E-09 node?"},

	{"E-10", "keys of root", mounting("/root/.ssh", "readOnly: true"), "E-10 node?"},
	{"E-10", "homes", mounting("/home", "readOnly: true"), "E-10 node?"},
	{"E-10", "passwords", mounting("/etc/shadow", "readOnly: true"), "E-10 node?"},
	{"E-10", "other files at home", mounting("/home/ann/data", ""), ""},
	{"E-10", "names of people", mounting("/etc/passwd", "readOnly: true"), ""},

	{"E-11", "tokens", mounting("/var/lib/kubelet/pods", "readOnly: true"), "E-11 tokens"},
	{"E-11", "those of one pod", mounting("/var/lib/kubelet/pods/7f", "readOnly: true"), "E-11 tokens?"},
	{"E-11", "the kubelet's keys", mounting("/var/lib/kubelet/pki", "readOnly: true"), "E-11 node"},
	{"E-11", "both", mounting("/var/lib/kubelet", "readOnly: true"), "E-11 node, E-11 tokens"},
	{"E-11", "a certificate", mounting("/var/lib/kubelet/pki/kubelet.crt", "readOnly: true"), ""},
	{"E-11", "devices", mounting("/var/lib/kubelet/device-plugins", ""), ""},

	{"E-12", "keys of the control plane", mounting("/etc/kubernetes/pki", "readOnly: true"), "E-12 plane"},
	{"E-12", "etcd", mounting("/var/lib/etcd/member", "readOnly: true"), "E-12 plane"},
	{"E-12", "what is public", mounting("/etc/kubernetes/pki/ca.crt", "readOnly: true"), ""},
	{"E-12", "settings of a cloud", mounting("/etc/kubernetes/cloud.conf", "readOnly: true"), ""},

	{"E-13", "logs", mounting("/var/log", ""), "E-13 node?"},
	{"E-13", "below", mounting("/var/log/nginx", ""), "E-13 node?"},
	{"E-13", "read-only", mounting("/var/log", "readOnly: true"), ""},

	{"E-14", "the kernel's settings", mounting("/proc/sys", ""), "E-14 node"},
	{"E-14", "the root, read-only at its top", mounting("/", "readOnly: true"), "E-08 node, E-10 node?, E-11 node, E-11 tokens, E-12 plane, E-14 node, E-15 tokens?"},
	{"E-14", "the root, read-only where possible", mounting("/", "readOnly: true, recursiveReadOnly: IfPossible"), "E-08 node, E-10 node?, E-11 node, E-11 tokens, E-12 plane, E-14 node?, E-15 tokens?"},
	{"E-14", "the root, read-only throughout", mounting("/", "readOnly: true, recursiveReadOnly: Enabled"), "E-08 node, E-10 node?, E-11 node, E-11 tokens, E-12 plane, E-15 tokens?"},
	{"E-14", "the root with users of its own", mounting("/", "", apart), "E-08 node?, E-09 node?, E-10 node?, E-11 node?, E-11 tokens?, E-12 plane?, E-13 node?"},
	{"E-14", "events", mounting("/sys", ""), "E-14 node?"},
	{"E-14", "settings, read-only", mounting("/proc/sys", "readOnly: true"), ""},
	{"E-14", "another setting", mounting("/proc/sys/kernel/threads-max", ""), ""},
	{"E-14", "users of its own", mounting("/proc/sys", "", apart), ""},
	{"E-14", "another user", mounting("/proc/sys", "", nonRoot), "E-14 node?"},
	{"E-14", "another user that stays it", "securityContext: {runAsNonRoot: true}\nvolumes: [{name: v, hostPath: {path: /proc/sys}}]\ncontainers: [{name: a, securityContext: {allowPrivilegeEscalation: false}, volumeMounts: [{name: v, mountPath: /m}]}]", ""},
	{"E-14", "its own settings unmasked", one("procMount: Unmasked, " + unconfined), "E-14 node, E-16 helps"},
	{"E-14", "its own settings unmasked and confined", one("procMount: Unmasked"), "E-16 helps"},
	{"E-14", "its own settings unmasked with users of its own", one("procMount: Unmasked, "+unconfined, apart), "E-16 helps"},

	{"E-15", "processes", "hostPID: true\ncontainers: [{name: a}]", "E-15 tokens?"},
	{"E-15", "the node's /proc", mounting("/proc", "readOnly: true"), "E-15 tokens?"},
	{"E-15", "processes as another user", "hostPID: true\ncontainers: [{name: a}]\n" + nonRoot, "E-15 helps"},
	{"E-15", "memory", "hostIPC: true\ncontainers: [{name: a}]", "E-15 helps"},
	{"E-15", "network", "hostNetwork: true\ncontainers: [{name: a}]", "E-15 helps"},
	{"E-15", "nothing", "hostNetwork: false\ncontainers: [{name: a}]", ""},

	{"E-16", "a host process", "securityContext: {windowsOptions: {hostProcess: true}}\ncontainers: [{name: a}]", "E-16 node"},
	{"E-16", "by the container", one("windowsOptions: {hostProcess: true}"), "E-16 node"},
	{"E-16", "with few rights", one(`windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\Local service'}`), "E-16 node?"},
	{"E-16", "not by the container", one("windowsOptions: {hostProcess: false}", "securityContext: {windowsOptions: {hostProcess: true}}"), ""},
	{"E-16", "on Linux", one("windowsOptions: {hostProcess: true}", "os: {name: linux}"), ""},
	{"E-16", "no seccomp", one("seccompProfile: {type: Unconfined}"), "E-16 helps"},
	{"E-16", "seccomp", one("seccompProfile: {type: RuntimeDefault}"), ""},
	{"E-16", "no AppArmor", one(unconfined), "E-16 helps"},

	{"E-17", "shared processes", "shareProcessNamespace: true\ncontainers: [{name: a}, {name: b}]", "E-17 helps"},
	{"E-17", "processes apart", "shareProcessNamespace: false\ncontainers: [{name: a}, {name: b}]", ""},
}

func TestOf(t *testing.T) {
	seen := map[string][2]bool{}
	for _, tt := range cases {
		t.Run(tt.edge+" "+tt.name, func(t *testing.T) {
			list := Of(template(t, tt.spec), now)
			check(t, list)
			if got := short(list); got != tt.want {
				t.Errorf("got  %s\nwant %s\n%s", got, tt.want, tt.spec)
			}
		})
		s := seen[tt.edge]
		if strings.Contains(tt.want, tt.edge) {
			s[0] = true
		} else {
			s[1] = true
		}
		seen[tt.edge] = s
	}
	edges, err := catalogue.Edges()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edges {
		if e.Class == "escape" && seen[e.ID] != [2]bool{true, true} {
			t.Errorf("%s: has and has not: %v", e.ID, seen[e.ID])
		}
	}
	for edge := range seen {
		if !slices.ContainsFunc(edges, func(e *model.Edge) bool { return e.ID == edge }) {
			t.Errorf("%s is not in the catalogue", edge)
		}
	}
}
