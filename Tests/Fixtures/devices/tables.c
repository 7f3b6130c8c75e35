// A device table of every kind, with entries for each way of matching. Tests/Fixtures/make/devices.sh
// compiles it with the kernel's own structures, and asks modpost for the aliases.

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef unsigned long kernel_ulong_t;
typedef struct { __u8 b[16]; } guid_t;
typedef struct { __u8 b[16]; } uuid_t;
typedef struct { __u8 b[16]; } uuid_le;
#define UUID_STRING_LEN 36
#define BITS_PER_LONG (8 * (int)sizeof(long))

#include <linux/mod_devicetable.h>

#define TABLE(bus, structure, ...)                                                                 \
  static const struct structure bus##_ids[] = {__VA_ARGS__, {}};                                   \
  static typeof(bus##_ids) __mod_device_table__kmod_tables__##bus##__##bus##_ids                   \
      __attribute__((used, alias(#bus "_ids")))

static const char license[] __attribute__((used, section(".modinfo"))) = "license=GPL";

#define BYTES {0x10, 0x21, 0x32, 0x43, 0x54, 0x65, 0x76, 0x87, 0x98, 0xa9, 0xba, 0xcb, 0xdc, 0xed, 0xfe, 0x0f}
#define USB(flags, lo, hi)                                                                         \
  {.match_flags = flags, .idVendor = 0x1d6b, .idProduct = 0xabc, .bcdDevice_lo = lo, .bcdDevice_hi = hi, \
   .bDeviceClass = 9, .bDeviceSubClass = 1, .bDeviceProtocol = 2, .bInterfaceClass = 0xff,         \
   .bInterfaceSubClass = 0x42, .bInterfaceProtocol = 1, .bInterfaceNumber = 3}

TABLE(hid, hid_device_id, {.bus = 3, .group = 1, .vendor = 0x46d, .product = 0xc52b},
      {.bus = 0xffff, .group = 0, .vendor = ~0u, .product = ~0u});
TABLE(ieee1394, ieee1394_device_id, {.match_flags = 5, .vendor_id = 0xa02d, .specifier_id = 0x102},
      {.match_flags = 15, .vendor_id = 1, .model_id = 2, .specifier_id = 3, .version = 4});
TABLE(pci, pci_device_id, {0x8086, 0x10d3, ~0u, ~0u, 0, 0}, {~0u, ~0u, ~0u, ~0u, 0x010802, 0xffffff},
      {0x10de, ~0u, 0x1043, 7, 0x030000, 0xff0000}, {0x15b3, 0x101e, ~0u, ~0u, 0, 0, 0, 1},
      {1, 2, 3, 4, 0x0c0300, 0xffff00}, {1, 2, 3, 5, 0x0c0300, 0x0fff00});
TABLE(ccw, ccw_device_id, {.match_flags = 0xf, .cu_type = 0x3990, .dev_type = 0x3390, .cu_model = 0xe9, .dev_model = 0xc},
      {.match_flags = 1, .cu_type = 0x3832});
TABLE(ap, ap_device_id, {.dev_type = 11}, {.dev_type = 0xa0});
TABLE(css, css_device_id, {.match_flags = 1, .type = 0}, {.match_flags = 1, .type = 11});
TABLE(serio, serio_device_id, {.type = 2, .proto = 0x31, .id = 0xff, .extra = 0xff}, {.type = 0xff, .proto = 1, .id = 2, .extra = 3});
TABLE(acpi, acpi_device_id, {.id = "PNP0C0A"}, {.cls = 0x010601, .cls_msk = 0xffffff}, {.cls = 0x0c0330, .cls_msk = 0xff00ff});
TABLE(pcmcia, pcmcia_device_id, {.match_flags = 3, .manf_id = 0x156, .card_id = 2},
      {.match_flags = 0x1ff, .manf_id = 1, .card_id = 2, .func_id = 6, .function = 1, .device_no = 4, .prod_id_hash = {0x11111111, 0x2222, 3, 0}},
      {.match_flags = 0xa0, .prod_id_hash = {1, 0xdeadbeef, 5, 7}});
TABLE(vio, vio_device_id, {"network", "IBM,l lan"}, {"", "x"}, {"y", ""});
TABLE(input, input_device_id, {.flags = 0x10, .evbit = {1ul << 1}},
      {.flags = 0x1fff, .bustype = 3, .vendor = 0x46d, .product = 1, .version = 0x110, .evbit = {0xb}, .keybit = {[1] = 1ul << 60, [4] = 1ul << 16, [11] = 1ul << 63},
       .relbit = {0x3}, .absbit = {1ul << 63 | 1}, .mscbit = {0x10}, .ledbit = {7}, .sndbit = {6}, .ffbit = {[1] = 1ul << 16}, .swbit = {1ul << 0x11}});
TABLE(eisa, eisa_device_id, {"TCM5920"}, {"FULLNAM"});
TABLE(parisc, parisc_device_id, {.hw_type = 0xd, .hversion_rev = 0xff, .hversion = 0xffff, .sversion = 0x8c}, {0xff, 1, 0x22, 0xffffffff});
TABLE(sdio, sdio_device_id, {.class = 7, .vendor = 0xffff, .device = 0xffff}, {.class = 0xff, .vendor = 0x2d0, .device = 0x4329});
TABLE(ssb, ssb_device_id, {0x4243, 0x812, 5}, {0xffff, 0xffff, 0xff});
TABLE(bcma, bcma_device_id, {0x4bf, 0x812, 0x1d, 0xff}, {0xffff, 0xffff, 0xff, 0});
TABLE(virtio, virtio_device_id, {1, ~0u}, {~0u, 0x1af4});
TABLE(vmbus, hv_vmbus_device_id, {.guid = {BYTES}});
TABLE(rpmsg, rpmsg_device_id, {"rpmsg-raw"});
TABLE(i2c, i2c_device_id, {"lm75"}, {"exactly-twenty-chars"});
TABLE(i3c, i3c_device_id, {.match_flags = 1, .dcr = 0xcc}, {.match_flags = 0xe, .manuf_id = 0x104, .part_id = 0x6d, .extra_info = 1});
TABLE(slim, slim_device_id, {.manf_id = 0x217, .prod_code = 0x1a0});
TABLE(spi, spi_device_id, {"m25p80"});
TABLE(dmi, dmi_system_id,
      {.matches = {{.slot = DMI_PRODUCT_NAME, .substr = "Think: Pad\x81 X1"}, {.slot = DMI_SYS_VENDOR, .exact_match = 1, .substr = "LENOVO"}}},
      {.matches = {{.slot = DMI_BOARD_SERIAL, .substr = "none"}, {.slot = DMI_CHASSIS_TYPE, .substr = "10"}, {.slot = DMI_CHASSIS_VERSION, .substr = "v"}, {.slot = DMI_EC_FIRMWARE_RELEASE, .substr = "1.2"}}});
TABLE(platform, platform_device_id, {"gpio-keys"}, {"platform-name-of-24-byte"});
TABLE(mdio, mdio_device_id, {0x01410cb0, 0xfffffff0}, {0xffffffff, 0xffffffff});
TABLE(zorro, zorro_device_id, {0x12345678}, {0xffffffff});
TABLE(isapnp, isapnp_device_id, {.vendor = 0x6d50, .function = 0x9451}, {.vendor = 0xd041, .function = 0x6181});
TABLE(ipack, ipack_device_id, {1, 0xf0, 0x48}, {0xff, ~0u, ~0u});
TABLE(amba, amba_id, {0x00041011, 0x000fffff}, {0x000bb105, 0xf00fffed});
TABLE(mipscdmm, mips_cdmm_device_id, {8}, {0xfd});
TABLE(x86cpu, x86_cpu_id, {.vendor = 0, .family = 6, .model = 0x9e, .feature = 0x11}, {.vendor = 0xffff, .feature = 0x99}, {.vendor = 2, .family = 0x17});
TABLE(cpu, cpu_feature, {5}, {0x123});
TABLE(mcb, mcb_device_id, {7}, {0x87}, {1234});
TABLE(mei, mei_cl_device_id, {.name = "dell", .uuid = {BYTES}, .version = 1}, {.uuid = {BYTES}, .version = 0xff});
TABLE(rapidio, rio_device_id, {1, 2, 3, 4}, {0xffff, 0xffff, 0xffff, 0x38});
TABLE(ulpi, ulpi_device_id, {0x0451, 0xab});
TABLE(hdaudio, hda_device_id, {0x10ec0269, 0x100203, 1}, {0x80860000, 0, 1});
TABLE(sdw, sdw_device_id, {0x25d, 0x700, 3, 1}, {0x217, 0x10d});
TABLE(fslmc, fsl_mc_device_id, {0x1957, "dpni"});
TABLE(tbsvc, tb_service_id, {.match_flags = 3, .protocol_key = "network", .protocol_id = 1}, {.match_flags = 0xc, .protocol_version = 2, .protocol_revision = 3});
TABLE(typec, typec_device_id, {0xff01, 1}, {0x955});
TABLE(tee, tee_client_device_id, {{BYTES}});
TABLE(wmi, wmi_device_id, {"0abbc6a0-7D2B-4f86-9d67-1c2b3d4e5f60"}, {"0ABBC6A0-7D2B-4f86-9d67-1c2b3d4e5f6"}, {"0ABBC6A0x7D2B-4f86-9d67-1c2b3d4e5f60"});
TABLE(mhi, mhi_device_id, {"DIAG"});
TABLE(mhi_ep, mhi_device_id, {"IP_SW0"});
TABLE(auxiliary, auxiliary_device_id, {"mlx5_core.eth"}, {"ice.roce"});
TABLE(ssam, ssam_device_id, {.match_flags = 7, .domain = 1, .category = 2, .target = 3, .instance = 4, .function = 5}, {.domain = 1, .category = 0xb});
TABLE(dfl, dfl_device_id, {0, 0x20}, {1, 0x1ff});
TABLE(ishtp, ishtp_device_id, {.guid = {BYTES}});
TABLE(cdx, cdx_device_id, {.vendor = 0x10ee, .device = 0x8084, .subvendor = 0xffff, .subdevice = 0xffff}, {.vendor = 1, .device = 0xffff, .subvendor = 2, .subdevice = 3, .class = 0x10203, .class_mask = 0xffffff},
      {.vendor = 0x10ee, .device = 0xffff, .subvendor = 0xffff, .subdevice = 0xffff, .override_only = 1});
TABLE(vchiq, vchiq_device_id, {"bcm2835-audio"});
TABLE(coreboot, coreboot_device_id, {0x12}, {0xabcd1234});
TABLE(of, of_device_id, {.compatible = "ti,am33xx"}, {.name = "cpu", .type = "cpu"}, {.type = "net work", .compatible = "x y"}, {.name = "all"});
TABLE(usb, usb_device_id, USB(0x3, 0, 0), USB(0x7ff, 0x100, 0x299), USB(0xf, 0, 0x9999), USB(0xf, 0x0105, 0x0105), USB(0xf, 0x01a0, 0x02b7), USB(0xf, 0x0000, 0x0099),
      USB(0xc, 0x1234, 0x5678), USB(0x4, 0x0110, 0), USB(0x8, 0, 0x0109), USB(0xf, 0x0f00, 0x1008), USB(0xf, 0x0009, 0x000b), USB(0xf, 0x2, 0xfff1), USB(0xf, 0x300, 0x100),
      {.match_flags = 1}, {.match_flags = 0x80, .bInterfaceClass = 3});
TABLE(pnp, pnp_device_id, {"PNP0501"}, {"fujF123"}, {"EIGHTCHR"});
TABLE(pnp_card, pnp_card_device_id, {.id = "CTL0024", .devs = {{"CTL0031"}, {"ctl0021"}}}, {.id = "X", .devs = {{"A"}, {"B"}, {"C"}, {"D"}, {"E"}, {"F"}, {"G"}, {"H"}}});
