package escape

import (
	"testing"

	"canopy/model"
)

func TestConditions(t *testing.T) {
	traces := one("capabilities: {add: [SYS_PTRACE]}", "hostPID: true")
	loose := one("capabilities: {add: [SYS_PTRACE]}, "+unconfined, "hostPID: true")
	tight := one("capabilities: {add: [SYS_PTRACE]}, appArmorProfile: {type: RuntimeDefault}", "hostPID: true")
	host := one("windowsOptions: {hostProcess: true}")
	for _, tt := range []struct {
		name, spec string
		on         Conditions
		want       string
	}{
		{"AppArmor on", traces, Conditions{Minor: 37, AppArmor: model.Yes}, "E-15 tokens?"},
		{"AppArmor off", traces, Conditions{Minor: 37, AppArmor: model.No}, "E-03 node, E-15 tokens?"},
		{"AppArmor unknown", traces, Conditions{Minor: 37}, "E-03 node?, E-15 tokens?"},
		{"switched off", loose, Conditions{Minor: 37, AppArmor: model.Yes}, "E-03 node, E-15 tokens?, E-16 helps"},
		{"switched off before there was a field", loose, Conditions{Minor: 29, AppArmor: model.Yes}, "E-15 tokens?"},
		{"demanded", tight, Conditions{Minor: 37}, "E-15 tokens?"},
		{"demanded before there was a field", tight, Conditions{Minor: 29}, "E-03 node?, E-15 tokens?"},

		{"users apart", one("privileged: true", apart), Conditions{Minor: 33}, ""},
		{"users apart behind a gate", one("privileged: true", apart), Conditions{Minor: 32}, "E-01 node?v"},
		{"users apart, perhaps", one("privileged: true", apart), Conditions{}, "E-01 node?v"},
		{"users apart before there was a field", one("privileged: true", apart), Conditions{Minor: 24}, "E-01 node"},
		{"users apart behind a gate, and not root", one("privileged: true, runAsUser: 7", apart), Conditions{Minor: 30}, "E-01 node?"},
		{"settings with users apart behind a gate", mounting("/proc/sys", "", apart), Conditions{Minor: 30}, "E-14 node?v"},
		{"a socket with users apart, perhaps", mounting("/run/docker.sock", "", apart), Conditions{}, "E-08 node?"},

		{"Windows nodes", host, Conditions{Windows: true}, "E-16 node"},
		{"Windows nodes and a Linux pod", host + "os: {name: linux}", Conditions{Windows: true}, ""},
		{"a field of Linux on Windows", one("privileged: true, seccompProfile: {type: Unconfined}"), Conditions{Windows: true}, ""},
		{"paths of Windows", mounting(`C:\`, "readOnly: true"), Conditions{Windows: true}, "E-08 node?, E-11 node?, E-11 tokens?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list := Of(template(t, tt.spec), tt.on)
			check(t, list)
			if got := short(list); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestEvidence(t *testing.T) {
	for _, tt := range []struct {
		name, spec string
		edge       string
		kind       Kind
		want       string
	}{
		{"privileged", "initContainers: [{name: i}, {name: j, securityContext: {privileged: true}}]\ncontainers: [{name: a}]", "E-01", ToNode,
			"spec.initContainers[1].securityContext.privileged=true"},
		{"two fields", one("privileged: true", "hostPID: true"), "E-02", ToNode, "spec.containers[0].securityContext.privileged=true spec.hostPID=true"},
		{"the surest container first", "containers: [{name: a, securityContext: {privileged: true, runAsUser: 7}}, {name: b, securityContext: {privileged: true}}]", "E-01", ToNode,
			"spec.containers[1].securityContext.privileged=true spec.containers[0].securityContext.privileged=true"},
		{"a capability as it is written", "ephemeralContainers: [{name: a, securityContext: {capabilities: {add: [CHOWN, sys_admin]}}}]", "E-05", ToNode,
			"spec.ephemeralContainers[0].securityContext.capabilities.add[1]=sys_admin"},
		{"an annotation", "metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/a: unconfined}}\nspec: {containers: [{name: a}]}", "E-16", Enabler,
			"metadata.annotations[container.apparmor.security.beta.kubernetes.io/a]=unconfined"},
		{"a pod's profile once for two containers", "securityContext: {" + unconfined + "}\ncontainers: [{name: a}, {name: b}]", "E-16", Enabler,
			"spec.securityContext.appArmorProfile.type=Unconfined"},
		{"a path as it is written", mounting("/var/run/", "readOnly: true"), "E-08", ToNode, "spec.volumes[0].hostPath.path=/var/run/ spec.containers[0].volumeMounts[0].name=v"},
		{"a mount that writes", mounting("/etc", ""), "E-09", ToNode, "spec.volumes[0].hostPath.path=/etc spec.containers[0].volumeMounts[0].readOnly="},
		{"a mount that writes below", mounting("/", "readOnly: true"), "E-14", ToNode, "spec.volumes[0].hostPath.path=/ spec.containers[0].volumeMounts[0].readOnly=true"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := proof(Of(template(t, tt.spec), now), tt.edge, tt.kind); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	all := []claim{yes(), byVersion("v"), depends("a"), depends("b"), no()}
	for i, a := range all {
		for j, b := range all {
			c := a.and(b)
			if c.rank() < max(a.rank(), b.rank()) {
				t.Errorf("%v and %v gives %v", a, b, c)
			}
			if (c.verdict == model.Depends) != (c.reason != "") {
				t.Errorf("%v and %v gives the reason %q", a, b, c.reason)
			}
			if i == j && c != a {
				t.Errorf("%v with itself gives %v", a, c)
			}
		}
	}
	if c := depends("a").and(byVersion("v")); c.version || c.reason != "a; v" {
		t.Error(c)
	}
}
