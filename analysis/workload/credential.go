package workload

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/secret/detect"
	"canopy/model"
	"canopy/model/record"
)

// doubtful is the randomness, in tenths of a bit for each byte, below which a value that only its name calls a credential may as well
// be a word: an example, or what is changed at the first start.
const doubtful = 30

// plainCredentials is SE01 in a template.
func plainCredentials(t *template) []place {
	found := Credentials(t.spec)
	if len(found) == 0 {
		return nil
	}
	places := make([]place, len(found))
	for i := range found {
		places[i] = exposed(&found[i])
	}
	return places
}

// Credentials looks for credentials in a pod spec. What only its name calls one is none where it is the name of a Secret that the spec
// itself names: DB_PASSWORD: db-main beside a volume of the Secret db-main.
func Credentials(spec *corev1.PodSpec) []model.Exposure {
	d := detect.Default()
	found := d.Pod(spec)
	if !slices.ContainsFunc(found, func(x model.Exposure) bool { return !x.Sure }) {
		return found
	}
	names := map[uint64]struct{}{}
	secretNames(spec, func(name string) { names[d.Print(name)] = struct{}{} })
	delete(names, 0) // what is too short has no print
	return slices.DeleteFunc(found, func(x model.Exposure) bool {
		_, is := names[x.Print]
		return is && !x.Sure
	})
}

// secretNames goes through the names of the Secrets that a pod spec names.
func secretNames(spec *corev1.PodSpec, yield func(name string)) {
	for i := range spec.ImagePullSecrets {
		yield(spec.ImagePullSecrets[i].Name)
	}
	for i := range spec.Volumes {
		v := &spec.Volumes[i]
		if v.Secret != nil {
			yield(v.Secret.SecretName)
		}
		if v.Projected == nil {
			continue
		}
		for j := range v.Projected.Sources {
			if s := v.Projected.Sources[j].Secret; s != nil {
				yield(s.Name)
			}
		}
	}
	for _, list := range [...][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			for j := range list[i].EnvFrom {
				if s := list[i].EnvFrom[j].SecretRef; s != nil {
					yield(s.Name)
				}
			}
			for j := range list[i].Env {
				if v := list[i].Env[j].ValueFrom; v != nil && v.SecretKeyRef != nil {
					yield(v.SecretKeyRef.Name)
				}
			}
		}
	}
}

// exposed gives the place of an exposure. What stands there is told by kind and length alone.
func exposed(e *model.Exposure) place {
	p := place{path: e.Path, value: Described(e), detail: "must be taken from a Secret", container: e.Container, print: e.Print}
	switch {
	case strings.HasPrefix(e.Path, "initContainers["):
		p.kind = record.Init
	case strings.HasPrefix(e.Path, "ephemeralContainers["):
		p.kind = record.Ephemeral
	}
	if !e.Sure && e.Entropy < doubtful {
		p.severity = model.Medium
	}
	return p
}

// Described says of an exposure what it is, how long, and through what it was reached: "Stripe key, 32 bytes (base64)".
func Described(e *model.Exposure) string {
	s := e.What + ", " + strconv.Itoa(e.Length) + " bytes"
	if e.Length == 1 {
		s = e.What + ", 1 byte"
	}
	if e.Encoding != "" {
		s += " (" + e.Encoding + ")"
	}
	return s
}

// secretVariables is SE02.
func secretVariables(t *template) []place {
	var found []place
	for i := range t.containers {
		c := &t.containers[i]
		for j := range c.EnvFrom {
			if ref := c.EnvFrom[j].SecretRef; ref != nil {
				found = append(found, c.at(index("envFrom", j)+".secretRef.name", ref.Name, "must be mounted as files"))
			}
		}
		for j := range c.Env {
			if from := c.Env[j].ValueFrom; from != nil && from.SecretKeyRef != nil {
				found = append(found, c.at(index("env", j)+".valueFrom.secretKeyRef", from.SecretKeyRef.Name+"/"+from.SecretKeyRef.Key, "must be mounted as a file"))
			}
		}
	}
	return found
}

// nodeCredentials is SE09: volumes that are one of the known places, lie in one, or are a directory that is known for holding some, such as
// /home. Those that hold the whole node are a matter of nodePaths, which calls them critical.
func nodeCredentials(t *template) []place {
	var found []place
	for i := range t.spec.Volumes {
		if h := t.spec.Volumes[i].HostPath; h != nil && credentialPath(nodePath(h.Path)) {
			found = append(found, place{path: index("volumes", i) + ".hostPath.path", value: h.Path, detail: "must not be the credentials of the node"})
		}
	}
	return found
}

func credentialPath(p string) bool {
	for _, holder := range credentialHolders {
		if p == holder {
			return true
		}
	}
	for _, known := range credentialPaths {
		if within(p, known) {
			return true
		}
	}
	// Whose home it is says nothing: what lies below does.
	rest, ok := strings.CutPrefix(p, "/home/")
	if !ok {
		return false
	}
	_, below, ok := strings.Cut(rest, "/")
	for _, known := range homeCredentials {
		if ok && within(below, known) {
			return true
		}
	}
	return false
}

// credentialHolders are directories whose purpose is, or that are known for, what credentialPaths lists below them.
var credentialHolders = [...]string{"/etc/kubernetes", "/home", "/root", "/var/lib/kubelet"}

// credentialPaths are the files and directories of nodes in which clouds and distributions keep credentials.
var credentialPaths = [...]string{
	// The identity of the node at its cloud: AKS' own file, and those of cloud providers that are given as --cloud-config.
	"/etc/kubernetes/azure.json", "/etc/kubernetes/cloud.conf", "/etc/kubernetes/cloud-config", "/etc/kubernetes/cloud_config",
	// kubeadm's (cmd/kubeadm/app/constants/constants.go of k8s.io/kubernetes): the identities of administrators and components, and the keys of the CAs.
	"/etc/kubernetes/admin.conf", "/etc/kubernetes/super-admin.conf", "/etc/kubernetes/kubelet.conf", "/etc/kubernetes/bootstrap-kubelet.conf",
	"/etc/kubernetes/controller-manager.conf", "/etc/kubernetes/scheduler.conf", "/etc/kubernetes/pki",
	// The kubelet's own (--cert-dir, --kubeconfig and --bootstrap-kubeconfig; EKS, GKE and AKS keep theirs here).
	"/var/lib/kubelet/pki", "/var/lib/kubelet/config.json", "/var/lib/kubelet/kubeconfig", "/var/lib/kubelet/bootstrap-kubeconfig",
	// Those of OpenShift 3: the kubeconfig and the certificates of the node.
	"/etc/origin/node",
	// Those of K3s and RKE2.
	"/etc/rancher/k3s/k3s.yaml", "/etc/rancher/rke2/rke2.yaml", "/var/lib/rancher/k3s/server/cred", "/var/lib/rancher/k3s/server/tls",
	"/var/lib/rancher/k3s/server/token", "/var/lib/rancher/rke2/server/cred", "/var/lib/rancher/rke2/server/tls", "/var/lib/rancher/rke2/server/token",
	// What the cloud gave the machine at its start: user data holds join tokens.
	"/var/lib/cloud",
	// Those of the command lines of clouds, of kubectl, of registries and of ssh, of root.
	"/root/.aws", "/root/.azure", "/root/.config/gcloud", "/root/.docker", "/root/.kube", "/root/.ssh",
}

// homeCredentials are those in the homes of other users.
var homeCredentials = [...]string{".aws", ".azure", ".config/gcloud", ".docker", ".kube", ".ssh"}
