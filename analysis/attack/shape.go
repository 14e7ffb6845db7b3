package attack

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/escape"
	"canopy/model/record"
)

// shape is what a pod template says about attacks. It is read once for all pods that have the template, and never changed.
type shape struct {
	uses    int
	account string
	// automount is what the spec says of mounting a token: "", "true" or "false". projects tells that a volume holds one whatever it says,
	// mounted that the volume is there by which admission mounts one.
	automount         string
	projects, mounted bool
	// foreign is the audience of a token for which it is not known whether the server takes it.
	foreign, foreignPath string
	// hostNetwork tells that the pods are on the network of their node.
	hostNetwork bool
	tokenPath   string
	secrets     []secretUse
	escapes     []escape.Escape
}

// secretUse is a Secret that pods are given, and by which field.
type secretUse struct{ name, path string }

// shapes keeps what was read of templates, for as long as they are in use.
type shapes struct {
	known      map[record.Template]*shape
	conditions escape.Conditions
}

func (t *shapes) acquire(of record.Template) *shape {
	s := t.known[of]
	if s == nil {
		s = readShape(of.Decode(), t.conditions)
		if t.known == nil {
			t.known = map[record.Template]*shape{}
		}
		t.known[of] = s
	}
	s.uses++
	return s
}

// of gives the shape of a template, without holding on to it.
func (t *shapes) of(template record.Template) *shape {
	if s := t.known[template]; s != nil {
		return s
	}
	return readShape(template.Decode(), t.conditions)
}

func (t *shapes) release(of record.Template) {
	if s := t.known[of]; s != nil {
		if s.uses--; s.uses <= 0 {
			delete(t.known, of)
		}
	}
}

// forget has all templates read anew, since what they rest on is another. Who uses them counts on.
func (t *shapes) forget() {
	for of, s := range t.known {
		now := readShape(of.Decode(), t.conditions)
		now.uses = s.uses
		t.known[of] = now
	}
}

// tokenVolume begins the name of the volume that admission adds (plugin/pkg/admission/serviceaccount/admission.go).
const tokenVolume = "kube-api-access-"

func readShape(t *corev1.PodTemplateSpec, on escape.Conditions) *shape {
	spec := &t.Spec
	s := &shape{account: spec.ServiceAccountName, hostNetwork: spec.HostNetwork}
	if s.account == "" {
		s.account = defaultAccount
	}
	s.tokenPath = "spec.serviceAccountName"
	if spec.AutomountServiceAccountToken != nil {
		s.automount = strconv.FormatBool(*spec.AutomountServiceAccountToken)
		s.tokenPath = "spec.automountServiceAccountToken"
	}
	for i := range spec.Volumes {
		s.volume(&spec.Volumes[i], "spec.volumes["+strconv.Itoa(i)+"]")
	}
	for _, list := range [...]struct {
		name string
		of   []corev1.Container
	}{{"initContainers", spec.InitContainers}, {"containers", spec.Containers}} {
		for i := range list.of {
			s.container(&list.of[i].Env, &list.of[i].EnvFrom, "spec."+list.name+"["+strconv.Itoa(i)+"]")
		}
	}
	for i := range spec.EphemeralContainers {
		c := &spec.EphemeralContainers[i]
		s.container(&c.Env, &c.EnvFrom, "spec.ephemeralContainers["+strconv.Itoa(i)+"]")
	}
	for i, ref := range spec.ImagePullSecrets {
		s.secret(ref.Name, "spec.imagePullSecrets["+strconv.Itoa(i)+"].name")
	}
	s.escapes = escape.Of(t, on)
	return s
}

func (s *shape) volume(v *corev1.Volume, path string) {
	switch {
	case v.Secret != nil:
		s.secret(v.Secret.SecretName, path+".secret.secretName")
	case v.Projected != nil:
		for i := range v.Projected.Sources {
			from := &v.Projected.Sources[i]
			if from.Secret != nil {
				s.secret(from.Secret.Name, path+".projected.sources["+strconv.Itoa(i)+"].secret.name")
			}
			if from.ServiceAccountToken == nil {
				continue
			}
			s.mounted = s.mounted || strings.HasPrefix(v.Name, tokenVolume)
			at := path + ".projected.sources[" + strconv.Itoa(i) + "].serviceAccountToken"
			switch audience := from.ServiceAccountToken.Audience; {
			case audience == "" && !s.projects:
				s.projects, s.tokenPath = true, at
			case s.foreign == "" && serverLike(audience):
				s.foreign, s.foreignPath = audience, at
			}
		}
	}
}

// serverLike tells an audience that is mostly the API server's own: what issuers are called by default. A token for another audience, such as
// vault, is none to the API server.
func serverLike(audience string) bool {
	for _, part := range [...]string{"://kubernetes.default.svc", "://oidc.eks.", "://oidc-eks.", "://container.googleapis.com/", ".oic.prod-aks.azure.com/"} {
		if strings.Contains(audience, part) {
			return true
		}
	}
	return false
}

func (s *shape) container(env *[]corev1.EnvVar, from *[]corev1.EnvFromSource, path string) {
	for i := range *env {
		if v := (*env)[i].ValueFrom; v != nil && v.SecretKeyRef != nil {
			s.secret(v.SecretKeyRef.Name, path+".env["+strconv.Itoa(i)+"].valueFrom.secretKeyRef.name")
		}
	}
	for i := range *from {
		if r := (*from)[i].SecretRef; r != nil {
			s.secret(r.Name, path+".envFrom["+strconv.Itoa(i)+"].secretRef.name")
		}
	}
}

func (s *shape) secret(name, path string) {
	if name != "" && !slices.ContainsFunc(s.secrets, func(u secretUse) bool { return u.name == name }) {
		s.secrets = append(s.secrets, secretUse{name, path})
	}
}
