package load

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func appNouns() []string {
	return []string{"api", "web", "worker", "gateway", "indexer", "scheduler", "ledger", "cart", "pricing", "profile", "search", "notifier", "importer", "exporter", "session", "inventory", "audit", "report"}
}

// app is what the objects of one workload have in common.
type app struct {
	name, namespace string
	labels          map[string]string
	account         string
	template        corev1.PodTemplateSpec
}

// newApp draws a workload's pod template with the account, ConfigMap and Secret that it uses.
func (g *generator) newApp() *app {
	g.apps++
	a := &app{namespace: pick(g, g.namespaces), account: "default"}
	a.name = fmt.Sprintf("%s-%s-%d", pick(g, []string{"blue", "core", "edge", "fast", "main", "next", "prime", "open"}), pick(g, appNouns()), g.apps)
	a.labels = map[string]string{"app.kubernetes.io/name": a.name, "app.kubernetes.io/instance": a.name}
	if g.chance(70) {
		a.account = a.name
		account := &corev1.ServiceAccount{ObjectMeta: a.meta(a.name)}
		if g.chance(30) {
			no := false
			account.AutomountServiceAccountToken = &no
		}
		g.add(stageAccounts, account, nil, "argocd-controller", "")
	}
	configured, keyed := g.chance(75), g.chance(45)
	if configured {
		data := map[string]string{}
		for i := range 4 + g.IntN(10) {
			data[fmt.Sprintf("setting-%d.yaml", i)] = "endpoint: https://" + a.name + ".example\nlevel: info\nid: " + g.hexadecimal(24) + "\n"
		}
		g.add(stageConfig, &corev1.ConfigMap{ObjectMeta: a.meta(a.name), Data: data}, nil, "argocd-controller", "")
	}
	if keyed {
		secret := &corev1.Secret{ObjectMeta: a.meta(a.name), Type: corev1.SecretTypeOpaque, Data: map[string][]byte{}}
		for _, key := range []string{"username", "password", "token"} {
			secret.Data[key] = []byte(g.hexadecimal(32))
		}
		g.add(stageConfig, secret, nil, "external-secrets", "")
	}
	a.template = corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{
			Labels: with(a.labels, "app.kubernetes.io/version", fmt.Sprintf("1.%d.%d", g.IntN(30), g.IntN(9)), "team", pick(g, []string{"red", "green", "violet"})),
			Annotations: map[string]string{
				"prometheus.io/scrape": "true", "prometheus.io/port": "9090", "checksum/config": g.hexadecimal(64),
				"kubectl.kubernetes.io/default-container": "app",
			},
		},
		Spec: g.podSpec(a, configured, keyed),
	}
	return a
}

func (a *app) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: name, Namespace: a.namespace, Labels: with(a.labels, "app.kubernetes.io/managed-by", "Helm"),
		Annotations: map[string]string{"argocd.argoproj.io/tracking-id": "apps:" + a.namespace + "/" + a.name},
	}
}

// with gives a copy of labels with some more, given as keys and values.
func with(labels map[string]string, more ...string) map[string]string {
	result := map[string]string{}
	for key, value := range labels {
		result[key] = value
	}
	for i := 0; i < len(more); i += 2 {
		result[more[i]] = more[i+1]
	}
	return result
}

// podSpec draws a spec of three containers. Most are sound; some have the flaws that are found in real clusters.
func (g *generator) podSpec(a *app, configured, keyed bool) corev1.PodSpec {
	grace := int64(30)
	spec := corev1.PodSpec{
		ServiceAccountName:            a.account,
		TerminationGracePeriodSeconds: &grace,
		SecurityContext:               &corev1.PodSecurityContext{SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
		Volumes:                       []corev1.Volume{emptyDir("tmp"), emptyDir("logs")},
		Tolerations:                   []corev1.Toleration{{Key: "dedicated", Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule}},
		Containers:                    []corev1.Container{g.container(a, "app", 4), g.container(a, "proxy", 2), g.container(a, "log-agent", 1)},
	}
	if g.chance(40) {
		spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{
			MaxSkew: 1, TopologyKey: corev1.LabelTopologyZone, WhenUnsatisfiable: corev1.ScheduleAnyway, LabelSelector: &metav1.LabelSelector{MatchLabels: a.labels},
		}}
	}
	if configured {
		spec.Volumes = append(spec.Volumes, corev1.Volume{Name: "config", VolumeSource: corev1.VolumeSource{
			ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: a.name}},
		}})
		mount(&spec.Containers[0], "config", "/etc/app", true)
	}
	if keyed {
		spec.Volumes = append(spec.Volumes, corev1.Volume{Name: "keys", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: a.name}}})
		mount(&spec.Containers[0], "keys", "/etc/keys", true)
		for _, key := range []string{"username", "password"} {
			spec.Containers[0].Env = append(spec.Containers[0].Env, corev1.EnvVar{Name: "DB_" + key, ValueFrom: &corev1.EnvVarSource{
				SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: a.name}, Key: key},
			}})
		}
	}
	g.addFlaws(&spec)
	return spec
}

func (g *generator) addFlaws(spec *corev1.PodSpec) {
	yes := true
	switch draw := g.IntN(100); {
	case draw < 2:
		spec.Containers[0].SecurityContext = &corev1.SecurityContext{Privileged: &yes}
	case draw < 4:
		spec.Volumes = append(spec.Volumes, corev1.Volume{Name: "host", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: pick(g, []string{"/", "/var/log", "/var/run/docker.sock", "/etc"})}}})
		mount(&spec.Containers[2], "host", "/host", false)
	case draw < 5:
		spec.HostNetwork, spec.HostPID = true, true
	case draw < 20:
		spec.SecurityContext = nil
		for i := range spec.Containers {
			spec.Containers[i].SecurityContext = nil
		}
	case draw < 26:
		spec.Containers[0].SecurityContext.Capabilities = &corev1.Capabilities{Add: []corev1.Capability{pick(g, []corev1.Capability{"NET_ADMIN", "SYS_PTRACE", "SYS_ADMIN"})}}
	case draw < 32:
		spec.Containers[0].Env = append(spec.Containers[0].Env, corev1.EnvVar{Name: "API_KEY", Value: "key-" + g.hexadecimal(32)})
	}
}

func (g *generator) container(a *app, name string, variables int) corev1.Container {
	image := "registry.example/" + a.namespace + "/" + a.name + "-" + name
	switch {
	case g.chance(35):
		image += "@sha256:" + g.hexadecimal(64)
	case g.chance(8):
		image += ":latest"
	default:
		image += fmt.Sprintf(":1.%d.%d", g.IntN(40), g.IntN(10))
	}
	no, yes := false, true
	c := corev1.Container{
		Name: name, Image: image,
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("50m"), corev1.ResourceMemory: resource.MustParse("128Mi")},
			Limits:   corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("512Mi")},
		},
		SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: &no, RunAsNonRoot: &yes, ReadOnlyRootFilesystem: &yes, Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		},
	}
	if name != "log-agent" {
		c.Ports = []corev1.ContainerPort{{Name: portName(name), ContainerPort: map[string]int32{"app": 8080, "proxy": 15001}[name], Protocol: corev1.ProtocolTCP}}
		c.ReadinessProbe = probe("/readyz", portName(name))
	}
	for i := range variables {
		c.Env = append(c.Env, corev1.EnvVar{Name: fmt.Sprintf("%s_SETTING_%d", pick(g, []string{"HTTP", "DB", "QUEUE", "CACHE", "TRACE"}), i), Value: "https://" + a.name + ".svc/" + g.hexadecimal(4)})
	}
	if name == "app" {
		c.Args = []string{"--listen=:8080", "--log-format=json", "--service=" + a.name}
		c.LivenessProbe = probe("/livez", portName(name))
		c.Env = append(c.Env, corev1.EnvVar{Name: "POD_IP", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "status.podIP"}}})
		mount(&c, "tmp", "/tmp", false)
	}
	if name != "proxy" {
		mount(&c, "logs", "/var/log/app", false)
	}
	return c
}

func portName(container string) string {
	return map[string]string{"app": "http", "proxy": "mesh"}[container]
}

func mount(c *corev1.Container, volume, path string, readOnly bool) {
	c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: volume, MountPath: path, ReadOnly: readOnly})
}

func emptyDir(name string) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}
}
