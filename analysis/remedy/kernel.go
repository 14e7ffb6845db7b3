package remedy

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// seccomp is PS16: the runtime's profile for the pod, and none of their own for containers that turned it off.
func (e *editor) seccomp() {
	bad := func(p *corev1.SeccompProfile) bool {
		return p != nil && p.Type != corev1.SeccompProfileTypeRuntimeDefault && p.Type != corev1.SeccompProfileTypeLocalhost
	}
	for _, c := range e.containers() {
		if c.SecurityContext != nil && bad(c.SecurityContext.SeccompProfile) {
			c.SecurityContext.SeccompProfile = nil
			e.harm(needsEvidence, "container %s had its seccomp profile turned off: check that it needs no call which the runtime's profile forbids", c.Name)
		}
	}
	if e.windows() {
		if p := e.t.Spec.SecurityContext; p != nil && bad(p.SeccompProfile) {
			p.SeccompProfile = nil
		}
		return
	}
	if p := e.pod(); p.SeccompProfile == nil || bad(p.SeccompProfile) {
		p.SeccompProfile = &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}
		e.harm(likelySafe, "the runtime's seccomp profile forbids rare calls such as keyctl, ptrace of others and mount")
	}
	// What stood in annotations before 1.19 would stay behind and contradict the fields.
	for _, k := range slices.Sorted(maps.Keys(e.t.Annotations)) {
		if (k == corev1.SeccompPodAnnotationKey || strings.HasPrefix(k, corev1.SeccompContainerAnnotationKeyPrefix)) && e.t.Annotations[k] == "unconfined" {
			delete(e.t.Annotations, k)
		}
	}
}

// appArmor is PS17.
func (e *editor) appArmor() {
	changed := false
	mend := func(p *corev1.AppArmorProfile) *corev1.AppArmorProfile {
		if p == nil || p.Type == corev1.AppArmorProfileTypeRuntimeDefault || p.Type == corev1.AppArmorProfileTypeLocalhost {
			return p
		}
		changed = true
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeRuntimeDefault}
	}
	if p := e.t.Spec.SecurityContext; p != nil {
		p.AppArmorProfile = mend(p.AppArmorProfile)
	}
	for _, c := range e.containers() {
		if c.SecurityContext != nil {
			c.SecurityContext.AppArmorProfile = mend(c.SecurityContext.AppArmorProfile)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(e.t.Annotations)) {
		v := e.t.Annotations[k]
		if strings.HasPrefix(k, corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix) && v != "" &&
			v != corev1.DeprecatedAppArmorBetaProfileRuntimeDefault && !strings.HasPrefix(v, corev1.DeprecatedAppArmorBetaProfileNamePrefix) {
			delete(e.t.Annotations, k)
			e.harm(likelySafe, "the runtime's AppArmor profile applies where the node has AppArmor")
		}
	}
	if changed {
		e.harm(likelySafe, "the runtime's AppArmor profile applies; a node without AppArmor refuses pods that name one: leave the field out there")
	}
}

// seLinux is PS18.
func (e *editor) seLinux() {
	mend := func(o *corev1.SELinuxOptions) *corev1.SELinuxOptions {
		if o == nil {
			return nil
		}
		kind := *o
		o.User, o.Role = "", ""
		if offends("PS18", corev1.PodSpec{SecurityContext: &corev1.PodSecurityContext{SELinuxOptions: &corev1.SELinuxOptions{Type: o.Type}}}) {
			o.Type = ""
		}
		if kind != *o {
			e.harm(needsEvidence, "the runtime's SELinux type, user and role apply: files that carry other labels are out of reach where SELinux enforces")
		}
		if *o == (corev1.SELinuxOptions{}) {
			return nil
		}
		return o
	}
	if p := e.t.Spec.SecurityContext; p != nil {
		p.SELinuxOptions = mend(p.SELinuxOptions)
	}
	for _, c := range e.containers() {
		if c.SecurityContext != nil {
			c.SecurityContext.SELinuxOptions = mend(c.SecurityContext.SELinuxOptions)
		}
	}
}

// procMount is PS19.
func (e *editor) procMount() {
	for _, c := range e.containers() {
		if s := c.SecurityContext; s != nil && s.ProcMount != nil && *s.ProcMount != corev1.DefaultProcMount {
			s.ProcMount = nil
			e.harm(needsEvidence, "container %s gets a masked /proc: containers inside it no longer start", c.Name)
		}
	}
}

// sysctls is PS20.
func (e *editor) sysctls() {
	p := e.t.Spec.SecurityContext
	if p == nil {
		return
	}
	p.Sysctls = slices.DeleteFunc(p.Sysctls, func(s corev1.Sysctl) bool {
		bad := offends("PS20", corev1.PodSpec{SecurityContext: &corev1.PodSecurityContext{Sysctls: []corev1.Sysctl{s}}})
		if bad {
			e.harm(needsEvidence, "sysctl %s goes back to the kernel's default: measure without it", s.Name)
		}
		return bad
	})
}

// userNamespace is LP26. What keeps a pod from starting in a user namespace shows on its node alone.
func (e *editor) userNamespace() {
	// Another fix may have taken root away.
	if len(hitsOf("LP26", e.t)) == 0 {
		return
	}
	for _, c := range e.containers() {
		if len(c.VolumeDevices) > 0 {
			e.leave("LP26", "container %s uses a raw block volume, and a pod with one cannot have a user namespace", c.Name)
			return
		}
	}
	e.t.Spec.HostUsers = ptr(false)
	e.harm(needsEvidence, "it takes Linux 6.3 or later and containerd 2.0 or CRI-O 1.25 on every node that may run the pods: where a node cannot, they do not start (kubectl describe pod tells)")
	e.harm(needsEvidence, "it is on by default since Kubernetes 1.33; an older server without the feature gate UserNamespacesSupport drops the field in silence")
	e.harm(needsEvidence, "the file systems of all volumes have to map ids, which NFS does not; files of volumes keep their owners, as seen in the container")
	if slices.ContainsFunc(e.containers(), func(c *corev1.Container) bool {
		return c.SecurityContext != nil && isTrue(c.SecurityContext.Privileged)
	}) {
		e.harm(outage, "a privileged container is so inside of its namespace only: what it does to the node fails")
	}
}
