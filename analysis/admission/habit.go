package admission

import (
	"strings"

	"canopy/model"
)

// nodePath gives one form to a path of a node: without double slashes, and without the drive letter of Windows. The API
// takes no path with "..".
func nodePath(path string) string {
	return path + `.replace('\\', '/').replace('//', '/').split('/').filter(s, s != '' && s != '.' && !s.matches('^[A-Za-z]:$')).join('/')`
}

// sockets are those of container runtimes, without the first slash.
func sockets() []string {
	return []string{
		"run/containerd/containerd.sock", "run/containerd/containerd.sock.ttrpc", "run/cri-dockerd.sock", "run/crio/crio.sock",
		"run/docker.sock", "run/dockershim.sock", "run/k3s/containerd/containerd.sock", "run/podman/podman.sock",
		"var/run/containerd/containerd.sock", "var/run/containerd/containerd.sock.ttrpc", "var/run/cri-dockerd.sock",
		"var/run/crio/crio.sock", "var/run/docker.sock", "var/run/dockershim.sock", "var/run/podman/podman.sock",
	}
}

// oddVolume tells a volume v of a type that the level restricted does not allow.
func oddVolume() string {
	var allowed []string
	for _, kind := range [...]string{"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"} {
		allowed = append(allowed, "has(v."+kind+")")
	}
	return "!(" + strings.Join(allowed, " || ") + ")"
}

// elsewhere tells that a probe or a lifecycle handler of container c names a host.
func elsewhere() string {
	var hosts []string
	for _, field := range [...]string{"?livenessProbe", "?readinessProbe", "?startupProbe", "?lifecycle.?postStart", "?lifecycle.?preStop"} {
		for _, action := range [...]string{"?httpGet", "?tcpSocket"} {
			hosts = append(hosts, "c."+field+"."+action+".?host.orValue('') != ''")
		}
	}
	return strings.Join(hosts, " ||\n")
}

// limits is PS25 but for its mildest part: the limit for ephemeral storage, which no workload has a figure for.
func limits() podRule {
	var missing []string
	for _, name := range [...]string{"cpu", "memory"} {
		missing = append(missing, "!has(c.?resources.?limits.orValue({})."+name+") && !has(variables.spec.?resources.?limits.orValue({})."+name+")")
	}
	return podRule{container: anyOf(missing...), says: "has no limit for cpu or memory", created: true, breaks: judged("PS25", model.Medium)}
}

// habits is PS28 less pods without a controller, which have a policy of their own.
func habits() podRule {
	const between = "[ \\t\\r\\n;|&(){}<>`\\x27\"$]"
	sudo := "c.?%.orValue([]).exists(a, a.contains('sudo') && a.matches(" + quote("(^|/|"+between+")sudo/*($|"+between+")") + "))"
	return podRule{
		pod: []string{when("variables.spec.?hostAliases.orValue([]).size() > 0", "the pod sets hostAliases")},
		container: anyOf("c.?ports.orValue([]).exists(p, p.containerPort == 22)",
			strings.Replace(sudo, "%", "command", 1), strings.Replace(sudo, "%", "args", 1)),
		says:   "declares port 22, or calls sudo",
		remedy: "Use kubectl exec, fixed user ids and DNS instead.",
	}
}

// rootless is LP26.
func rootless() podRule {
	user := inContainer("?runAsUser", inPod("?runAsUser", "1")) + " == 0"
	nonRoot := inContainer("?runAsNonRoot", inPod("?runAsNonRoot", "false"))
	return podRule{
		container: user + " && !" + nonRoot, says: "runs as user 0, while the pod does not set hostUsers to false",
		linux: true, apart: true,
		conditions: []named{{"could-have-a-user-namespace",
			"!object.spec.?hostNetwork.orValue(false) && !object.spec.?hostPID.orValue(false) && !object.spec.?hostIPC.orValue(false)"}},
	}
}

// makesPods tells whether the controller that a pod names is of a kind that may make pods: one of Kubernetes' own that
// does, or one that is not Kubernetes' own.
func makesPods() string {
	var own []string
	for _, k := range model.Kinds() {
		own = append(own, k.Group+"/"+k.Kind)
	}
	at := "(o.apiVersion.contains('/') ? o.apiVersion.split('/')[0] : '') + '/' + o.kind"
	maker := isOneOf(at, "apps/ReplicaSet", "/ReplicationController", "apps/StatefulSet", "apps/DaemonSet", "batch/Job")
	foreign := "!(" + isOneOf(at, own...) + ") && (o.apiVersion.startsWith('extensions/') || o.apiVersion.split('/')[0].contains('.'))"
	return "object.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false) && " + anyOf(maker, foreign) + ")"
}

// nakedPods is the part of PS28 that is about pods without a controller.
func nakedPods() podRule {
	return podRule{
		pod:    []string{when("!"+makesPods(), "the pod has no controller that makes pods")},
		breaks: alone,
		remedy: "Put the pod under a Deployment or Job.",
	}
}
