package workload

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model/record"
)

// appArmor follows policy/check_appArmorProfile.go of pod-security-admission: fields and the annotations that came before.
func appArmor(t *template) []place {
	const path, detail = "securityContext.appArmorProfile.type", "must be RuntimeDefault or Localhost"
	bad := func(p *corev1.AppArmorProfile) bool {
		return p != nil && p.Type != corev1.AppArmorProfileTypeRuntimeDefault && p.Type != corev1.AppArmorProfileTypeLocalhost
	}
	var found []place
	if p := t.context().AppArmorProfile; bad(p) {
		found = append(found, place{path: path, value: string(p.Type), detail: detail})
	}
	for i := range t.containers {
		c := &t.containers[i]
		if p := c.context().AppArmorProfile; bad(p) {
			found = append(found, c.at(path, string(p.Type), detail))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(t.annotations)) {
		name, ok := strings.CutPrefix(key, corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix)
		v := t.annotations[key]
		if !ok || v == "" || v == corev1.DeprecatedAppArmorBetaProfileRuntimeDefault ||
			strings.HasPrefix(v, corev1.DeprecatedAppArmorBetaProfileNamePrefix) {
			continue
		}
		found = append(found, place{path: annotation(key), value: v, detail: "must be runtime/default or localhost/…", container: name, kind: t.kindOf(name)})
	}
	return found
}

// kindOf gives the kind of the container of that name.
func (t *template) kindOf(name string) record.ContainerType {
	for i := range t.containers {
		if t.containers[i].Name == name {
			return t.containers[i].kind
		}
	}
	return record.Ordinary
}

// seLinux follows policy/check_seLinuxOptions.go of pod-security-admission; container_engine_t is allowed from 1.31.
func seLinux(engine bool) finder {
	return func(t *template) []place {
		var found []place
		look := func(o *corev1.SELinuxOptions, at func(field, value, detail string) place) {
			if o == nil {
				return
			}
			switch o.Type {
			case "", "container_t", "container_init_t", "container_kvm_t":
			default:
				if o.Type != "container_engine_t" || !engine {
					found = append(found, at("securityContext.seLinuxOptions.type", o.Type, "must be one of the container types"))
				}
			}
			if o.User != "" {
				found = append(found, at("securityContext.seLinuxOptions.user", o.User, "must not be set"))
			}
			if o.Role != "" {
				found = append(found, at("securityContext.seLinuxOptions.role", o.Role, "must not be set"))
			}
		}
		look(t.context().SELinuxOptions, func(field, value, detail string) place {
			return place{path: field, value: value, detail: detail}
		})
		for i := range t.containers {
			look(t.containers[i].context().SELinuxOptions, t.containers[i].at)
		}
		return found
	}
}

// procMount follows policy/check_procMount_baseline.go of pod-security-admission.
func procMount(c *container) []place {
	if p := c.context().ProcMount; p != nil && *p != corev1.DefaultProcMount {
		return []place{c.at("securityContext.procMount", string(*p), "must be Default")}
	}
	return nil
}

// safeSysctl gives the minor version of the policy from which a sysctl is allowed; -1 where it never is
// (policy/check_sysctls.go of pod-security-admission).
func safeSysctl(name string) int {
	switch name {
	case "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
		"net.ipv4.ip_unprivileged_port_start":
		return 0
	case "net.ipv4.ip_local_reserved_ports":
		return 27
	case "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes":
		return 29
	case "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem":
		return 32
	case "net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat":
		return 37
	}
	return -1
}

func sysctls(minor int) finder {
	return func(t *template) []place {
		var found []place
		for i, s := range t.context().Sysctls {
			if from := safeSysctl(s.Name); from < 0 || from > minor {
				found = append(found, place{path: "securityContext." + index("sysctls", i) + ".name", value: s.Name, detail: "is not on the safe list"})
			}
		}
		return found
	}
}
