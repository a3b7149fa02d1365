import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import com.google.cloud.tools.jib.api.buildplan.Port;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * Makes a container image (OCI) of the broker's app image, without a daemon: what deploy/Dockerfile
 * makes, but for the health check, which OCI does not have.
 *
 * <p>Arguments: the app image, its version, the moment that files are of, the base, and where the
 * image goes: a file whose name ends in .tar, or a name in a registry. The base is the name of an
 * image in a registry, or scratch: then the C library is missing in it. The environment variables
 * REGISTRY_USER and REGISTRY_PASSWORD are for the registry that the image goes to.
 */
final class Container {
  private static final String NAME = "gateway-queue";
  private static final String HOME = "/opt/" + NAME;

  private Container() {}

  public static void main(String[] args) throws Exception {
    Path image = Path.of(args[0]);
    String version = args[1];
    Instant moment = Instant.parse(args[2]);
    String base = args[3];
    JibContainer container =
        (base.equals("scratch") ? Jib.fromScratch() : Jib.from(base))
            .setFormat(ImageFormat.OCI)
            .setPlatforms(Set.of(new Platform(architecture(), "linux")))
            .setCreationTime(moment)
            .addFileEntriesLayer(layer(image, moment))
            .setUser("10001:10001")
            .setEnvironment(Map.of("HOST", "0.0.0.0", "PORT", "8080"))
            .setExposedPorts(Set.of(Port.tcp(8080)))
            .setEntrypoint(HOME + "/bin/" + NAME)
            .setProgramArguments("serve")
            .addLabel("org.opencontainers.image.version", version)
            .addLabel("org.opencontainers.image.licenses", "Apache-2.0")
            .containerize(target(args[4]));
    System.out.println(args[4] + ": " + container.getDigest());
  }

  /**
   * That of the Java in the app image, which is this one's, by the name that images have for it.
   */
  private static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }

  /** With the times of the files, without which the cache of classes in it is not used. */
  private static FileEntriesLayer layer(Path image, Instant moment) throws Exception {
    return FileEntriesLayer.builder()
        .setName(NAME)
        .addEntryRecursive(
            image,
            AbsoluteUnixPath.get(HOME),
            (file, path) ->
                Files.isDirectory(file) || Files.isExecutable(file)
                    ? FilePermissions.fromOctalString("755")
                    : FilePermissions.fromOctalString("644"),
            (file, path) -> moment)
        .build();
  }

  private static Containerizer target(String name) throws Exception {
    if (name.endsWith(".tar")) {
      return Containerizer.to(TarImage.at(Path.of(name)).named(NAME));
    }
    RegistryImage image = RegistryImage.named(name);
    String user = System.getenv("REGISTRY_USER");
    if (user != null) {
      image.addCredential(user, System.getenv("REGISTRY_PASSWORD"));
    }
    return Containerizer.to(image);
  }
}
