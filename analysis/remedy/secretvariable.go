package remedy

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// secretsDir is where Secrets are mounted, as other runtimes of containers do.
const secretsDir = "/run/secrets/"

// secretVariables is SE02: Secrets are mounted, and a variable says where the file is, as many images read it.
func (e *editor) secretVariables() {
	for _, c := range e.containers() {
		kept := c.Env[:0:0]
		for i := range c.Env {
			v := &c.Env[i]
			if v.ValueFrom == nil || v.ValueFrom.SecretKeyRef == nil || e.bound(c, v.Name) {
				kept = append(kept, *v)
				continue
			}
			ref := v.ValueFrom.SecretKeyRef
			path := e.mountSecret(c, ref.Name, ref.Optional) + "/" + ref.Key
			kept = append(kept, corev1.EnvVar{Name: v.Name + "_FILE", Value: path})
			e.harm(outage, "container %s finds no variable %s any more, but the value in the file %s, which %s_FILE names: look whether its image reads that, or have the program read the file", c.Name, v.Name, path, v.Name)
		}
		c.Env = kept
		if len(kept) == 0 {
			c.Env = nil
		}
		c.EnvFrom = slices.DeleteFunc(c.EnvFrom, func(from corev1.EnvFromSource) bool {
			if from.SecretRef == nil {
				return false
			}
			path := e.mountSecret(c, from.SecretRef.Name, from.SecretRef.Optional)
			e.harm(outage, "container %s finds no variables from Secret %s any more, but a file for each of its keys in %s: kubectl describe secret %s lists the keys; add a variable KEY_FILE with the path of each that the program reads", c.Name, from.SecretRef.Name, path, quote(from.SecretRef.Name))
			return true
		})
		if len(c.EnvFrom) == 0 {
			c.EnvFrom = nil
		}
	}
}

// bound tells that a variable cannot become a file: another text of the container refers to it, or the name of the file's variable is
// taken.
func (e *editor) bound(c *corev1.Container, name string) bool {
	use := "$(" + name + ")"
	uses := func(texts []string) bool {
		return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, use) })
	}
	if uses(c.Command) || uses(c.Args) || slices.ContainsFunc(c.Env, func(v corev1.EnvVar) bool { return strings.Contains(v.Value, use) }) {
		e.leave("SE02", "container %s refers to %s in its command, its arguments or another variable, and Kubernetes replaces that by the value: have the program read a file, and take the reference out", c.Name, use)
		return true
	}
	if slices.ContainsFunc(c.Env, func(v corev1.EnvVar) bool { return v.Name == name+"_FILE" }) {
		e.leave("SE02", "container %s has a variable %s_FILE already: look what it is for, and mount the Secret of %s by hand", c.Name, name, name)
		return true
	}
	return false
}

// mountSecret mounts a Secret into a container, and gives the directory.
func (e *editor) mountSecret(c *corev1.Container, secret string, optional *bool) string {
	volume := e.secretVolume(secret, optional)
	for _, m := range c.VolumeMounts {
		if m.Name == volume && m.SubPath == "" && m.SubPathExpr == "" {
			return strings.TrimRight(m.MountPath, "/")
		}
	}
	path := secretsDir + secret
	for i := 2; slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return strings.TrimRight(m.MountPath, "/") == path }); i++ {
		path = secretsDir + secret + "-" + strconv.Itoa(i)
	}
	c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: volume, MountPath: path, ReadOnly: true})
	return path
}

// secretVolume gives the name of the volume that holds all of a Secret, made where there is none.
func (e *editor) secretVolume(secret string, optional *bool) string {
	for i := range e.t.Spec.Volumes {
		v := &e.t.Spec.Volumes[i]
		if v.Secret != nil && v.Secret.SecretName == secret && len(v.Secret.Items) == 0 {
			if !isTrue(optional) && v.Secret.Optional != nil {
				v.Secret.Optional = nil
			}
			return v.Name
		}
	}
	base := strings.Trim(strings.ReplaceAll("secret-"+secret, ".", "-")[:min(len(secret)+7, 59)], "-")
	name := base
	for i := 2; slices.ContainsFunc(e.t.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == name }); i++ {
		name = base + "-" + strconv.Itoa(i)
	}
	// The API server would say so: whoever looks at the plan sees it.
	mode := corev1.SecretVolumeSourceDefaultMode
	source := &corev1.SecretVolumeSource{SecretName: secret, DefaultMode: &mode}
	if isTrue(optional) {
		source.Optional = optional
	}
	e.t.Spec.Volumes = append(e.t.Spec.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{Secret: source}})
	return name
}
