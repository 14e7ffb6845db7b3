package secret

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// storeDriver is the CSI driver of the Secrets Store.
const storeDriver = "secrets-store.csi.k8s.io"

// use is one place that names a Secret.
type use struct {
	// secret has no namespace where a pod template names it: that is the one of the pod.
	secret    types.NamespacedName
	how       How
	path, key string
	optional  bool
	// writer names what writes the Secret by this object; "" where the object reads it.
	writer string
	// loose tells that nothing is amiss where the Secret is missing.
	loose bool
}

// podUses lists what a pod spec names. Paths are relative to it.
func podUses(spec *corev1.PodSpec) []use {
	var l []use
	for i := range spec.InitContainers {
		l = containerUses(l, index("initContainers", i), spec.InitContainers[i].Env, spec.InitContainers[i].EnvFrom)
	}
	for i := range spec.Containers {
		l = containerUses(l, index("containers", i), spec.Containers[i].Env, spec.Containers[i].EnvFrom)
	}
	for i := range spec.EphemeralContainers {
		l = containerUses(l, index("ephemeralContainers", i), spec.EphemeralContainers[i].Env, spec.EphemeralContainers[i].EnvFrom)
	}
	for i := range spec.Volumes {
		l = volumeUses(l, index("volumes", i), &spec.Volumes[i].VolumeSource)
	}
	for i, s := range spec.ImagePullSecrets {
		l = name(l, ByImagePull, index("imagePullSecrets", i)+".name", s.Name, "", false)
	}
	return l
}

// name adds a use, unless it names nothing.
func name(l []use, how How, path, secret, key string, optional bool) []use {
	if secret == "" {
		return l
	}
	return append(l, use{secret: types.NamespacedName{Name: secret}, how: how, path: path, key: key, optional: optional})
}

func containerUses(l []use, path string, env []corev1.EnvVar, from []corev1.EnvFromSource) []use {
	for i := range env {
		if v := env[i].ValueFrom; v != nil && v.SecretKeyRef != nil {
			l = name(l, ByEnv, index(path+".env", i)+".valueFrom.secretKeyRef.name", v.SecretKeyRef.Name, v.SecretKeyRef.Key, isTrue(v.SecretKeyRef.Optional))
		}
	}
	for i := range from {
		if s := from[i].SecretRef; s != nil {
			l = name(l, ByEnvFrom, index(path+".envFrom", i)+".secretRef.name", s.Name, "", isTrue(s.Optional))
		}
	}
	return l
}

func volumeUses(l []use, path string, v *corev1.VolumeSource) []use {
	driver := func(field string, ref *corev1.LocalObjectReference) {
		if ref != nil {
			l = name(l, ByPersistentVol, path+"."+field+".name", ref.Name, "", false)
		}
	}
	switch {
	case v.Secret != nil:
		l = name(l, ByVolume, path+".secret.secretName", v.Secret.SecretName, onlyKey(v.Secret.Items), isTrue(v.Secret.Optional))
	case v.Projected != nil:
		for i := range v.Projected.Sources {
			if s := v.Projected.Sources[i].Secret; s != nil {
				l = name(l, ByVolume, index(path+".projected.sources", i)+".secret.name", s.Name, onlyKey(s.Items), isTrue(s.Optional))
			}
		}
	case v.CSI != nil:
		driver("csi.nodePublishSecretRef", v.CSI.NodePublishSecretRef)
	case v.FlexVolume != nil:
		driver("flexVolume.secretRef", v.FlexVolume.SecretRef)
	case v.RBD != nil:
		driver("rbd.secretRef", v.RBD.SecretRef)
	case v.CephFS != nil:
		driver("cephfs.secretRef", v.CephFS.SecretRef)
	case v.ISCSI != nil:
		driver("iscsi.secretRef", v.ISCSI.SecretRef)
	case v.Cinder != nil:
		driver("cinder.secretRef", v.Cinder.SecretRef)
	case v.ScaleIO != nil:
		driver("scaleIO.secretRef", v.ScaleIO.SecretRef)
	case v.StorageOS != nil:
		driver("storageos.secretRef", v.StorageOS.SecretRef)
	case v.AzureFile != nil:
		l = name(l, ByPersistentVol, path+".azureFile.secretName", v.AzureFile.SecretName, "", false)
	}
	return l
}

// onlyKey is the one key that is taken; "" where that is all, or several.
func onlyKey(items []corev1.KeyToPath) string {
	if len(items) == 1 {
		return items[0].Key
	}
	return ""
}

func isTrue(b *bool) bool { return b != nil && *b }

// needs tells that something is amiss where the Secret is missing. What pulls images is judged by IM10.
func (u *use) needs() bool { return !u.optional && !u.loose && u.writer == "" && u.how != ByImagePull }
